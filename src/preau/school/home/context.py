"""What every page is given."""

from typing import Any

from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:  # noqa: ARG001  Django's signature
    """Nothing yet beyond Django's own."""
    return {}
