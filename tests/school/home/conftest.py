"""Tuesday, 8:35: a clock that stands still, for pages that ask what time it is."""

from datetime import datetime

import pytest
from django.utils import timezone

from school import factories


@pytest.fixture
def tuesday(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """Views take the time from ``timezone.now``; here it is 8:35 in Paris, on a Tuesday in November."""
    monkeypatch.setattr(timezone, "now", lambda: factories.NOW)
    return factories.NOW
