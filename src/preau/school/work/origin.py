"""Whether a request comes from our own pages.

Lesson pages are static and shared, so they cannot hold a CSRF token. Instead: the browser's own word
(Sec-Fetch-Site, or Origin from browsers that do not send it), on top of a session cookie that other
sites cannot send along (SameSite=Lax). A request that says nothing about where it comes from is refused:
browsers of the last ten years say it.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit


def is_same_origin(headers: Mapping[str, str], host: str) -> bool:
    """``headers``: of the request, whatever the case; ``host``: what the browser asked for, with its port."""
    said = headers.get("Sec-Fetch-Site")
    if said is not None:
        return said == "same-origin"
    origin = headers.get("Origin", "")
    return bool(origin) and urlsplit(origin).netloc.casefold() == host.casefold()
