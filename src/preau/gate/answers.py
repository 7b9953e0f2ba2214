"""The gate's own answers, written to ASGI."""

from typing import Final

import msgspec

from preau.gate.behind import Send

HTML: Final = "text/html; charset=utf-8"
JSON: Final = "application/json"
SCRIPT: Final = "text/javascript; charset=utf-8"

Headers = tuple[tuple[bytes, bytes], ...]


def headers_of_kind(content_type: str, *others: tuple[str, str]) -> Headers:
    """The headers of an answer beyond its length and its cookies, as ASGI wants them."""
    pairs = (("content-type", content_type), ("x-content-type-options", "nosniff"), *others)
    return tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs)


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A whole response. ``headers``: see ``headers_of_kind``."""

    status: int
    body: bytes
    headers: Headers
    cookies: tuple[str, ...] = ()


def refusal_json(code: str, message: str) -> bytes:
    """The body of every refusal that a script reads."""
    return msgspec.json.encode({"error": {"code": code, "message": message}})


def redirect(path: str, *, cookies: tuple[str, ...] = ()) -> Answer:
    """See the other page, by GET."""
    headers = headers_of_kind(HTML, ("location", path), ("cache-control", "no-store"))
    return Answer(status=303, body=b"", headers=headers, cookies=cookies)


async def write(send: Send, answer: Answer, *, head: bool = False) -> None:
    """Sends ``answer``; without its body for a HEAD request."""
    raw = [*answer.headers, (b"content-length", b"%d" % len(answer.body))]
    if answer.cookies:
        raw += [(b"set-cookie", cookie.encode("latin-1")) for cookie in answer.cookies]
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    await send({"type": "http.response.body", "body": b"" if head else answer.body})
