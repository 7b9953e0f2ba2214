"""Health and version, in the shape operators know from Dockerflow, and the canary that looks at Django."""

import asyncio
from collections.abc import Callable
from importlib.metadata import version
from typing import Final

import structlog
from django.db import connection

from preau.project.answers import refuse, respond, respond_json
from preau.project.asgi_types import Message, Receive, Scope, Send
from preau.project.school_shell import SchoolShell

CANARY_EVERY_S: Final = 5.0
CANARY_TIMEOUT_S: Final = 4.0
CANARY_PATH: Final = "/__canary__"
log = structlog.get_logger("preau.health")


def database_answers() -> None:
    """One question to the school's database; raises what the driver raises."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()


class Canary:
    """Asks Django for a page every five seconds through the same door as everybody's requests.

    ``app_ok`` says whether the last answer was 200 in time; ``since_s`` (wall clock) when that last changed.
    """

    def __init__(self, shell: SchoolShell, *, clock: Callable[[], float]) -> None:
        self._shell = shell
        self._clock = clock
        self.app_ok = False
        self.since_s = clock()

    async def run(self) -> None:
        """Sings for ever."""
        while True:
            await self.sing()
            await asyncio.sleep(CANARY_EVERY_S)

    async def sing(self) -> None:
        """One round."""
        ok = await self._answer() and not self._shell.recently_failed
        if ok != self.app_ok:
            self.app_ok, self.since_s = ok, self._clock()
            log.info("canary", app_ok=ok)

    async def _answer(self) -> bool:
        statuses: list[int] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        try:
            await asyncio.wait_for(self._shell(_canary_scope(), receive, send), CANARY_TIMEOUT_S)
        except Exception:  # noqa: BLE001  whatever it is, the application does not answer
            return False
        return statuses == [200]


def _canary_scope() -> Scope:
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": CANARY_PATH,
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
        "client": ("127.0.0.1", 0),
        "server": ("127.0.0.1", 0),
    }


class Health:
    """ASGI application for ``/__heartbeat__``, ``/__lbheartbeat__``, ``/__version__`` and ``/metrics``."""

    def __init__(self, canary: Canary, metrics: Callable[[], bytes]) -> None:
        self._canary = canary
        self._metrics = metrics
        self._version = {"name": "preau", "version": version("preau")}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  ASGI's signature
        match scope["path"]:
            case "/__heartbeat__":
                ok = self._canary.app_ok
                document = {"status": "ok" if ok else "error", "checks": {"application": "ok" if ok else "error"}}
                await respond_json(send, document, status=200 if ok else 503)
            case "/__lbheartbeat__":
                await respond_json(send, {"status": "ok"})
            case "/__version__":
                await respond_json(send, self._version)
            case "/metrics" if _from_this_machine(scope):
                await respond(send, self._metrics(), kind="text/plain; version=0.0.4; charset=utf-8")
            case _:
                await refuse(scope, send, status=404, code="not_found", sentence="Cette page n’existe pas.")


def _from_this_machine(scope: Scope) -> bool:
    """Figures are for the operator's collector on this machine; a proxy in front must not pass /metrics on."""
    client = scope.get("client")
    return client is not None and client[0] in {"127.0.0.1", "::1"}
