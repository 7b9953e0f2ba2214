"""The gate's own answers, written to ASGI."""

from functools import lru_cache
from typing import Final

import msgspec

from preau.gate.behind import Send

HTML: Final = "text/html; charset=utf-8"
JSON: Final = "application/json"
SCRIPT: Final = "text/javascript; charset=utf-8"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A whole response. ``headers`` beyond type, length and cookies."""

    status: int
    body: bytes
    content_type: str = HTML
    headers: tuple[tuple[str, str], ...] = ()
    cookies: tuple[str, ...] = ()


def refusal_json(code: str, message: str) -> bytes:
    """The body of every refusal that a script reads."""
    return msgspec.json.encode({"error": {"code": code, "message": message}})


def redirect(path: str, *, cookies: tuple[str, ...] = ()) -> Answer:
    """See the other page, by GET."""
    return Answer(status=303, body=b"", headers=(("location", path), ("cache-control", "no-store")), cookies=cookies)


@lru_cache(64)
def _raw(content_type: str, headers: tuple[tuple[str, str], ...]) -> tuple[tuple[bytes, bytes], ...]:
    """Headers as ASGI wants them: there are a dozen different lists of them."""
    pairs = (("content-type", content_type), ("x-content-type-options", "nosniff"), *headers)
    return tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs)


async def write(send: Send, answer: Answer, *, head: bool = False) -> None:
    """Sends ``answer``; without its body for a HEAD request."""
    raw = [
        *_raw(answer.content_type, answer.headers),
        (b"content-length", str(len(answer.body)).encode()),
        *((b"set-cookie", cookie.encode("latin-1")) for cookie in answer.cookies),
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    await send({"type": "http.response.body", "body": b"" if head else answer.body})
