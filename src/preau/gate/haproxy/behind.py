"""What stands behind an edge: an application that answers to nobody else, and takes the visitor's address from it.

The internal port is on the loopback interface, where every account of the machine may connect; the edge shows a secret
that only it and this process know.
"""

import hmac
from typing import Final

from preau.gate.answers import JSON, Answer, headers_of_kind, refusal_json, write
from preau.gate.behind import Application, Receive, Send
from preau.gate.visitor import Scope

SECRET_HEADER: Final = b"x-preau-edge"
SOURCE_HEADER: Final = b"x-preau-source"


class BehindTheEdge:
    """Lets the requests of the edge through, with the address of who sent them; refuses all others.

    Args:
        app: the application.
        secret: the edge's, as in its configuration.
    """

    def __init__(self, app: Application, *, secret: str) -> None:
        self._app = app
        self._secret = secret.encode("ascii")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One ASGI connection."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = [(bytes(name), bytes(value)) for name, value in scope["headers"]]
        shown = [value for name, value in headers if name == SECRET_HEADER]
        if len(shown) != 1 or not hmac.compare_digest(shown[0], self._secret):
            await _refuse(scope, receive, send)
            return
        sources = [value.decode("latin-1") for name, value in headers if name == SOURCE_HEADER]
        kept = [pair for pair in headers if pair[0] not in {SECRET_HEADER, SOURCE_HEADER}]
        client = (sources[0], 0) if sources else None
        await self._app({**scope, "headers": kept, "client": client}, receive, send)


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 4403, "reason": "edge_only"})
        return
    message = "Cette adresse n’est ouverte qu’au portail."
    await write(send, Answer(status=403, body=refusal_json("edge_only", message), headers=headers_of_kind(JSON)))
