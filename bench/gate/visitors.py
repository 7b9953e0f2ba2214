"""Browsers, as far as a bench needs them: a connection that is kept, cookies that are kept, an address of their own."""

import asyncio
import re
import time
from collections.abc import Mapping
from http.cookies import SimpleCookie
from typing import Final

import msgspec

ANSWER_S: Final = 10.0
"""Later than this, a pupil has left."""

SOURCES: Final = 250 * 250
_CONTENT_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_BROWSER: Final = (
    "Accept-Language: fr,fr-FR;q=0.8,en-US;q=0.5,en;q=0.3\r\nAccept-Encoding: identity\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
    "Sec-Fetch-Site: same-origin\r\n"
)


class Unanswered(Exception):  # noqa: N818  named for what it says
    """No whole answer came: refused, cut, or too late."""


class Answer(msgspec.Struct, frozen=True):
    """An answer. ``head``: status line and headers, lower case."""

    status: int
    head: str
    body: bytes
    seconds: float

    @property
    def waits(self) -> bool:
        """The gate says: not yet."""
        return "preau-gate: waiting" in self.head

    @property
    def is_ours(self) -> bool:
        """Whether a 5xx is our own page, which says what to do, rather than an error of a server."""
        return self.waits or "preau-own-page" in self.head


def address(number: int) -> str:
    """The address of the visitor ``number``, from 127.2.0.1 on."""
    high, low = divmod(number % SOURCES, 250)
    return f"127.2.{high}.{low + 1}"


class Visitor:
    """One browser.

    Args:
        port: of the gate, on 127.0.0.1.
        source: the address it comes from.
        cookies: what it has from before.
        second_port: of another edge, to which it goes over when the one it uses refuses it, as browsers do with two
            addresses of one name; 0: there is none.
        keeps: whether it keeps its connection from one request to the next.
    """

    def __init__(
        self,
        port: int,
        *,
        source: str = "127.0.0.1",
        cookies: Mapping[str, str] | None = None,
        second_port: int = 0,
        keeps: bool = True,
    ) -> None:
        self.port, self._second_port = port, second_port
        self.source = source
        self.cookies = dict(cookies or {})
        self._keeps = keeps
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, path: str, *, method: str = "GET", accept: str = "text/html", body: bytes = b"") -> Answer:
        """One request and its whole answer.

        Raises:
            Unanswered: it did not come within ``ANSWER_S``.
        """
        began_s = time.perf_counter()
        try:
            async with asyncio.timeout(ANSWER_S):
                answer = await self._ask(self._request(path, method, accept, body), began_s)
        except (TimeoutError, OSError, EOFError, asyncio.LimitOverrunError, ValueError) as error:
            self.close()
            raise Unanswered(type(error).__name__) from error
        if not self._keeps or "connection: close" in answer.head:
            self.close()
        return answer

    def close(self) -> None:
        """Lets go of the connection; the cookies stay."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _ask(self, request: bytes, began_s: float) -> Answer:
        for attempt in (1, 2):
            fresh = self._streams is None
            if self._streams is None:
                self._streams = await self._connected()
            reader, writer = self._streams
            try:
                writer.write(request)
                raw = await reader.readuntil(b"\r\n\r\n")
                break
            except (OSError, EOFError):  # a kept connection may have been closed meanwhile: browsers ask again too
                self.close()
                if fresh or attempt == 2:
                    raise
        length = _CONTENT_LENGTH.search(raw)
        body = await reader.readexactly(int(length[1])) if length else await _chunks(reader, raw)
        text = raw.decode("latin-1")
        self._keep_cookies(text)
        return Answer(int(text[9:12]), text.lower(), body, time.perf_counter() - began_s)

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            return await asyncio.open_connection("127.0.0.1", self.port, local_addr=(self.source, 0))
        except ConnectionRefusedError:
            if not self._second_port:
                raise
        self.port, self._second_port = self._second_port, self.port
        return await asyncio.open_connection("127.0.0.1", self.port, local_addr=(self.source, 0))

    def _request(self, path: str, method: str, accept: str, body: bytes) -> bytes:
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", f"Accept: {accept}"]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        if method == "POST":
            lines += [f"Content-Length: {len(body)}", "Content-Type: application/x-www-form-urlencoded"]
        if not self._keeps:
            lines.append("Connection: close")
        return ("\r\n".join(lines) + "\r\n" + _BROWSER + "\r\n").encode("latin-1") + body

    def _keep_cookies(self, head: str) -> None:
        for line in head.split("\r\n"):
            if line[:11].lower() != "set-cookie:":
                continue
            for name, morsel in SimpleCookie(line[11:].strip()).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value


async def _chunks(reader: asyncio.StreamReader, head: bytes) -> bytes:
    if b"chunked" not in head.lower():
        return b""
    found = []
    while size := int((await reader.readline()).strip() or b"0", 16):
        found.append(await reader.readexactly(size))
        await reader.readline()
    await reader.readline()
    return b"".join(found)


async def probe(port: int, path: str, *, per_s: float, seconds: float, keeps: bool) -> list[Answer | None]:
    """Asks at a fixed pace, whatever the answers take; None where none came. With ``keeps`` over 8 kept connections."""
    visitors = [Visitor(port, source=address(62_000 + number), keeps=keeps) for number in range(8)]
    free = asyncio.Queue[Visitor]()
    for visitor in visitors:
        free.put_nowait(visitor)

    async def once(due_s: float) -> Answer | None:
        visitor = await free.get() if keeps else Visitor(port, source=address(62_000), keeps=False)
        try:
            answer = await visitor.ask(path)
        except Unanswered:
            return None
        finally:
            if keeps:
                free.put_nowait(visitor)
        return msgspec.structs.replace(answer, seconds=time.perf_counter() - due_s)

    began_s, asked = time.perf_counter(), []
    for number in range(int(per_s * seconds)):
        due_s = began_s + number / per_s
        await asyncio.sleep(max(0.0, due_s - time.perf_counter()))
        asked.append(asyncio.create_task(once(due_s)))
    answers = list(await asyncio.gather(*asked))
    for visitor in visitors:
        visitor.close()
    return answers
