import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from asgi_client import call
from preau.project.health import Canary, Condition, Health
from preau.project.school_shell import MAX_WAITING, SchoolShell


def answering(status: str = "200 OK") -> Callable[..., Iterable[bytes]]:
    def wsgi(environ: Any, start_response: Any) -> list[bytes]:
        start_response(status, [])
        return [b"x"]

    return wsgi


def canary_of(wsgi: Callable[..., Iterable[bytes]]) -> tuple[Canary, SchoolShell]:
    shell = SchoolShell(wsgi, monotonic=time.monotonic, write_lane="/travail/", sign_in=("/connexion/",))
    return Canary(shell, clock=time.time), shell


async def heartbeat(canary: Canary) -> tuple[int, str]:
    answer = await call(Health(canary, metrics=lambda: b""), "/__heartbeat__")
    return answer.status, json.loads(answer.body)["checks"]["application"]


async def test_it_is_not_ready_before_the_canary_has_sung() -> None:
    canary, _ = canary_of(answering())
    assert await heartbeat(canary) == (503, "down")
    await canary.sing()
    assert await heartbeat(canary) == (200, "well")


async def test_an_application_that_raises_is_down() -> None:
    def broken(environ: Any, start_response: Any) -> list[bytes]:
        raise ValueError("bug")

    canary, _ = canary_of(broken)
    await canary.sing()
    assert canary.condition is Condition.DOWN


async def test_one_refusal_of_ours_does_not_turn_the_status_red() -> None:
    def refuses_others(environ: Any, start_response: Any) -> list[bytes]:
        ours = environ["PATH_INFO"] == "/__canary__"
        start_response("200 OK" if ours else "503 Service Unavailable", [])
        return [b"x"]

    canary, shell = canary_of(refuses_others)
    assert (await call(shell, "/connexion/personnel/")).status == 503
    await canary.sing()
    assert canary.condition is Condition.WELL


async def test_a_full_line_is_a_crowd_and_not_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("preau.project.health.CANARY_TIMEOUT_S", 0.3)
    one_more = threading.Semaphore(0)

    def slow(environ: Any, start_response: Any) -> list[bytes]:
        one_more.acquire(timeout=10)
        return answering()(environ, start_response)  # type: ignore[return-value]

    canary, shell = canary_of(slow)
    crowd = [asyncio.create_task(call(shell, "/")) for _ in range(MAX_WAITING + 6)]
    singing = asyncio.create_task(canary.sing())
    await asyncio.sleep(0)
    one_more.release(3)
    await singing
    assert await heartbeat(canary) == (200, "busy")
    one_more.release(2 * MAX_WAITING)
    assert {(await task).status for task in crowd} == {200, 503}


async def test_metrics_are_for_this_machine() -> None:
    canary, _ = canary_of(answering())
    health = Health(canary, metrics=lambda: b"preau_x 1")
    for client, status in (("127.0.0.1", 200), ("::1", 200), ("::ffff:127.0.0.1", 200), ("192.0.2.1", 404)):
        assert (await call(health, "/metrics", client=(client, 1))).status == status, client
    assert (await call(health, "/metrics", client=None)).status == 404
    assert (await call(health, "/metrics")).body == b"preau_x 1"
    for name in ("x-forwarded-for", "forwarded", "via", "x-real-ip"):
        assert (await call(health, "/metrics", headers={name: "127.0.0.1"})).status == 404, name
    assert (await call(health, "/__version__")).status == 200
    assert (await call(health, "/__autre__")).status == 404
