"""Addresses that only scripts ask for. They read the answer as JSON whatever the browser says that it accepts."""

from typing import Final

SCRIPT_PATHS: Final = frozenset({"/travail/journal", "/travail/suivi"})
"""Also the gate's and the edge's: a service worker that gets a page in their place can tell the pupil nothing."""
