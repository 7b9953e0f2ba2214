"""Health and version, in the shape operators know from Dockerflow, and the canary that looks at Django."""

import asyncio
from collections.abc import Callable
from enum import StrEnum
from importlib.metadata import version
from typing import Final

import structlog

from preau.project.answers import refuse, respond, respond_json
from preau.project.asgi_types import Message, Receive, Scope, Send
from preau.project.school_shell import CANARY_PATH, SchoolShell

CANARY_EVERY_S: Final = 5.0
"""As often as the status page is made."""
CANARY_TIMEOUT_S: Final = 4.0
"""Four times what a full line takes."""
THIS_MACHINE: Final = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})
FOR_SOMEBODY: Final = frozenset({b"x-forwarded-for", b"x-real-ip", b"forwarded", b"via"})
"""Headers by which a proxy says that it hands on what somebody else asks."""
log = structlog.get_logger("preau.health")


class Condition(StrEnum):
    """What the canary found: a late answer while others are answered is a crowd, not a failure."""

    WELL = "well"
    BUSY = "busy"
    DOWN = "down"


class Canary:
    """Asks Django for a page every five seconds through the same door as everybody's requests.

    ``condition`` is what the last round found; ``since_s`` (wall clock) when it last changed between down and not down.
    """

    def __init__(self, shell: SchoolShell, *, clock: Callable[[], float]) -> None:
        self._shell = shell
        self._clock = clock
        self.condition = Condition.DOWN
        self.since_s = clock()

    @property
    def app_ok(self) -> bool:
        """Whether the application answers, be it slowly."""
        return self.condition is not Condition.DOWN

    async def run(self) -> None:
        """Sings for ever."""
        while True:
            await self.sing()
            await asyncio.sleep(CANARY_EVERY_S)

    async def sing(self) -> None:
        """One round."""
        was_ok = self.app_ok
        found = await self._look()
        if found is not self.condition:
            log.info("canary", condition=found)
        self.condition = found
        if self.app_ok != was_ok:
            self.since_s = self._clock()

    async def _look(self) -> Condition:
        statuses: list[int] = []
        answered_before = self._shell.answered_total

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        try:
            await asyncio.wait_for(self._shell(_canary_scope(), receive, send), CANARY_TIMEOUT_S)
        except TimeoutError:
            return Condition.BUSY if self._shell.answered_total > answered_before else Condition.DOWN
        except Exception:  # noqa: BLE001  whatever it is, the application does not answer
            return Condition.DOWN
        return Condition.WELL if statuses == [200] else Condition.DOWN


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
                condition = self._canary.condition
                down = condition is Condition.DOWN
                document = {"status": "error" if down else "ok", "checks": {"application": condition}}
                await respond_json(send, document, status=503 if down else 200)
            case "/__lbheartbeat__":
                await respond_json(send, {"status": "ok"})
            case "/__version__":
                await respond_json(send, self._version)
            case "/metrics" if _from_this_machine(scope):
                await respond(send, self._metrics(), kind="text/plain; version=0.0.4; charset=utf-8")
            case _:
                await refuse(scope, send, status=404, code="not_found", sentence="Cette page n’existe pas.")


def _from_this_machine(scope: Scope) -> bool:
    """Figures are for the operator's collector on this machine, who speaks for himself: a proxy beside us does not."""
    client = scope.get("client")
    if client is None or client[0] not in THIS_MACHINE:
        return False
    # Where it speaks for nobody, the address is the peer's own: trusted proxies change it by these headers alone.
    return not any(name in FOR_SOMEBODY for name, _value in scope["headers"])
