"""The rooms as they are really wired."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from asgi_client import call
from preau.live import server as live_server
from preau.project import installation
from preau.project.haproxy_edge import SCHOOL_PATHS
from preau.project.open_paths import OPEN_PATHS, OpenParts, before_the_gate
from preau.project.options import Options, parse
from preau.project.wiring import House, behind_proxies, build


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    options = parse({"PREAU_DATA": str(tmp_path / "var")})
    assert isinstance(options, Options)
    installation.prepare(options.data)
    made = build(options, installation.keyring(options))
    yield made
    made.shell._bridge.executor.shutdown()


async def handshake(house: House, headers: dict[str, str]) -> str:
    """The first thing that the live server says to a browser."""
    incoming = [{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1001}]
    sent: list[Any] = []

    async def receive() -> Any:
        return incoming.pop(0)

    async def send(message: Any) -> None:
        sent.append(message["type"])

    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    await house.live({"type": "websocket", "path": f"/classe/{'c' * 32}/ws", "headers": encoded}, receive, send)
    return str(sent[0])


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "http://localhost.evil.example:8000", "http://[", "null", ""]
)
async def test_a_page_of_another_site_opens_no_socket_to_a_class(house: House, origin: str) -> None:
    assert await handshake(house, {"host": "localhost:8000", "origin": origin}) == "websocket.close"


async def test_a_request_without_an_origin_is_no_browsers_socket(house: House) -> None:
    assert await handshake(house, {"host": "localhost:8000"}) == "websocket.close"


async def test_our_own_page_opens_one(house: House) -> None:
    assert await handshake(house, {"host": "localhost:8000", "origin": "http://localhost:8000"}) == "websocket.accept"


async def whoami(scope: Any, _receive: Any, send: Any) -> None:
    """Answers with the address that it takes for the visitor's."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["client"][0].encode()})


@pytest.mark.parametrize(
    ("proxies", "forwarded_for", "visitor"),
    [
        (("127.0.0.1/32",), "203.0.113.9", "203.0.113.9"),
        (("127.0.0.1/32",), "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (("127.0.0.0/8", "10.0.0.0/8"), "198.51.100.1, 203.0.113.9, 10.1.2.3", "203.0.113.9"),
        (("127.0.0.1/32",), None, "127.0.0.1"),
        (("10.0.0.0/8",), "203.0.113.9", "127.0.0.1"),
        ((), "203.0.113.9", "127.0.0.1"),
    ],
    ids=["one", "the visitor lies", "two in a row", "says nothing", "not trusted", "none is trusted"],
)
async def test_only_a_trusted_proxy_says_who_comes(
    proxies: tuple[str, ...], forwarded_for: str | None, visitor: str
) -> None:
    headers = {} if forwarded_for is None else {"x-forwarded-for": forwarded_for}
    assert (await call(behind_proxies(whoami, proxies), "/", headers=headers)).text == visitor


@pytest.mark.parametrize(
    ("peer", "visitor"),
    [("::ffff:10.0.0.7", "203.0.113.9"), ("::ffff:10.0.1.7", "::ffff:10.0.1.7"), ("2001:db8::7", "203.0.113.9")],
)
async def test_a_trusted_proxy_is_known_by_a_socket_of_ipv6(peer: str, visitor: str) -> None:
    app = behind_proxies(whoami, ("10.0.0.0/24", "2001:db8::/64"))
    headers = {"x-forwarded-for": "203.0.113.9, ::ffff:10.0.0.8"}
    assert (await call(app, "/", headers=headers, client=(peer, 1))).text == visitor


def test_the_gate_opens_sockets_where_live_classes_are_and_nowhere_else() -> None:
    assert re.sub("[()]", "", live_server._PATH.pattern) == SCHOOL_PATHS.live


async def nobody(scope: Any, receive: Any, send: Any) -> None:
    """An application that is never asked."""


def test_haproxy_leaves_open_what_stands_before_the_gate_and_nothing_else() -> None:
    parts = OpenParts(nobody, nobody, nobody, nobody)
    assert tuple(before_the_gate(parts)) == OPEN_PATHS
    assert {"/__*", "/metrics", "/static/*", "/colis/*", "/etat", "/etat/*"} < set(OPEN_PATHS)
