"""Headers of the edge's own answers, and HAProxy's own errors."""

from typing import Final

from preau.gate.hall import RETRY_AFTER_S
from preau.gate.haproxy.settings import EdgeSettings

WAITING: Final = " hdr preau-gate waiting hdr cache-control no-store"


def own_headers(settings: EdgeSettings) -> str:
    """The security headers of a page of the edge."""
    pairs = {"x-content-type-options": "nosniff", "referrer-policy": "same-origin", **dict(settings.headers)}
    return "".join(f' hdr {name} "{value}"' for name, value in pairs.items())


def error_pages(settings: EdgeSettings, csp: str) -> str:
    """HAProxy's own errors: nobody listens behind, nobody answers in time, or what is sent comes too slowly."""
    which = "str(error),concat(:,txn.as),concat(:,txn.voice)"
    body = f'lf-string "%[{which},map_str({settings.folder}/errors.map)]"'
    head = resting_head(settings, csp)
    lines = [
        f'    http-error status {status} content-type "text/html; charset=utf-8" {body}{head}'
        for status in (500, 502, 503, 504)
    ]
    ours = f' hdr cache-control no-store hdr content-security-policy "{csp}"{own_headers(settings)}'
    slow = f'content-type "text/html; charset=utf-8" lf-file {settings.folder}/notice_slow.html'
    lines.append(f"    http-error status 408 {slow}{ours}")
    return "\n".join(lines)


def resting_head(settings: EdgeSettings, csp: str) -> str:
    """The headers of a page or a JSON that says that the application does not answer."""
    return f'{WAITING} hdr retry-after {RETRY_AFTER_S} hdr content-security-policy "{csp}"{own_headers(settings)}'
