"""From a process beside the edge to the application: a request handed on as the edge would, and its whole answer.

For the few requests that somebody has to look at on their way (work handed in). By ``http.client`` in threads, one
connection a request: a form takes the application ten milliseconds, a connection on one machine a tenth of one.
"""

import asyncio
import http.client
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from preau.gate.behind import Receive, Send
from preau.gate.body import SCHOOL_BODY
from preau.gate.haproxy.behind import SECRET_HEADER, SOURCE_HEADER
from preau.gate.visitor import Scope

UNIX: Final = "unix@"
ANSWERS_WITHIN_S: Final = 12.0
"""Whoever waits for it has given up before."""
AT_ONCE: Final = 16
"""As many as the school keeps places for work handed in."""
_OF_ONE_CONNECTION: Final = frozenset(
    {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}
)


class Forward:
    """ASGI application that answers with what the application answers.

    Args:
        address: of the application, as HAProxy writes it: ``unix@`` and a path, or ``host:port``.
        secret: by which the application knows the edge.
    """

    def __init__(self, address: str, *, secret: str) -> None:
        self._address, self._secret = address, secret
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="forward")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request.

        Raises:
            OSError, http.client.HTTPException: nobody answers there.
            ValueError: the body is longer than anybody behind takes.
        """
        body = await _whole(receive)
        loop = asyncio.get_running_loop()
        status, headers, content = await loop.run_in_executor(self._threads, self._ask, scope, body)
        raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        length = (b"content-length", str(len(content)).encode())
        await send({"type": "http.response.start", "status": status, "headers": [*raw, length]})
        await send({"type": "http.response.body", "body": content})

    def _ask(self, scope: Scope, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = self._connection()
        try:
            query = scope["query_string"].decode("latin-1")
            path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1").partition("?")[0]
            connection.putrequest(
                scope["method"], f"{path}?{query}" if query else path, skip_host=True, skip_accept_encoding=True
            )
            for name, value in scope["headers"]:
                if name.decode("latin-1") not in _OF_ONE_CONNECTION:
                    connection.putheader(name, value)
            source = scope["client"][0] if scope.get("client") else ""
            for own, text in ((SECRET_HEADER, self._secret), (SOURCE_HEADER, source), (b"content-length", len(body))):
                connection.putheader(own, text)
            connection.endheaders(body)
            answer = connection.getresponse()
            headers = [pair for pair in answer.getheaders() if pair[0].lower() not in _OF_ONE_CONNECTION]
            return answer.status, headers, answer.read()
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        if self._address.startswith(UNIX):
            return _UnixConnection(self._address.removeprefix(UNIX))
        host, _, port = self._address.rpartition(":")
        return http.client.HTTPConnection(host.strip("[]"), int(port), timeout=ANSWERS_WITHIN_S)


class _UnixConnection(http.client.HTTPConnection):
    """The same over a socket in the file system."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=ANSWERS_WITHIN_S)
        self._path = path

    def connect(self) -> None:
        """Connects."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


async def _whole(receive: Receive) -> bytes:
    chunks, size = [], 0
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > SCHOOL_BODY.most_bytes:
            raise ValueError("the body is longer than anybody behind takes")
        if not message.get("more_body", False):
            return b"".join(chunks)
