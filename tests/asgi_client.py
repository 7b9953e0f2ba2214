"""Calls an ASGI application directly: a request in, the whole response out. No socket, no server."""

from typing import Any, NamedTuple


class Answer(NamedTuple):
    """A whole response; header names in lower case, the last value of each."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


def http_scope(
    path: str,
    *,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    query: bytes = b"",
    client: tuple[str, int] | None = ("127.0.0.1", 40_000),
) -> dict[str, Any]:
    """An ASGI http scope as Granian builds it."""
    pairs = {"host": "localhost", **(headers or {})}
    return {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode("utf-8", "surrogateescape"),
        "root_path": "",
        "query_string": query,
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs.items()],
        "client": client,
        "server": ("127.0.0.1", 8000),
        "extensions": {},
    }


async def call(application: Any, path: str, *, body: bytes = b"", **scope: Any) -> Answer:
    """Sends one request and collects the response."""
    messages: list[Any] = []
    requests = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Any:
        return requests.pop(0) if requests else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        messages.append(message)

    await application(http_scope(path, **scope), receive, send)
    start = messages[0]
    headers = {name.decode().lower(): value.decode("latin-1") for name, value in start["headers"]}
    chunks = [message.get("body", b"") for message in messages[1:]]
    return Answer(start["status"], headers, b"".join(chunks))
