"""Between gate and application: cookies are added, a place given back is noticed, a dead application is masked."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from preau.gate.visitor import Scope

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

MASKED_STATUSES: Final = frozenset({502, 503, 504})
LEAVE: Final = b"preau-leave"
OWN_PAGE: Final = b"preau-own-page"


class Behind:
    """One request to the application.

    Args:
        send: towards the client.
        cookies: Set-Cookie values to add to the answer.
        on_leave: called when the answer gives the place back; returns the cookies that replace the others.
        mask: whether 502, 503 and 504 are to be replaced by our page.
    """

    def __init__(
        self, send: Send, *, cookies: tuple[str, ...], on_leave: Callable[[], Awaitable[tuple[str, ...]]], mask: bool
    ) -> None:
        self._send = send
        self._cookies = cookies
        self._on_leave = on_leave
        self._mask = mask
        self.started = False
        self.masked = False

    async def send(self, message: Message) -> None:
        """The ``send`` that the application is given."""
        if message["type"] in {"http.response.start", "websocket.accept"}:
            message = await self._start(message)
        if self.masked:
            return
        self.started = True
        await self._send(message)

    async def _start(self, message: Message) -> Message:
        headers = list(message.get("headers", ()))
        names = [name.lower() for name, _value in headers]
        leaves, brings_own_page = LEAVE in names, OWN_PAGE in names
        if self._mask and message.get("status") in MASKED_STATUSES and not brings_own_page:
            self.masked = True
            return message
        cookies = await self._on_leave() if leaves else self._cookies
        if not (cookies or leaves or brings_own_page):
            return message  # nothing to add and nothing to take away: most requests of people inside
        headers = [(name, value) for name, value in headers if name.lower() not in {LEAVE, OWN_PAGE}]
        if cookies:
            headers = _private(headers)
            headers += [(b"set-cookie", cookie.encode("ascii")) for cookie in cookies]
        return {**message, "headers": headers}


def _private(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """A response that carries somebody's pass must not be kept by a shared cache."""
    if any(
        name.lower() == b"cache-control" and (b"private" in value or b"no-store" in value) for name, value in headers
    ):
        return headers
    kept = [pair for pair in headers if pair[0].lower() != b"cache-control"]
    return [*kept, (b"cache-control", b"private, no-cache")]
