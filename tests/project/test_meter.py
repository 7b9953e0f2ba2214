"""The meter in front of a real thread: what it finished, and how long requests stood in line."""

import asyncio
import threading
from collections.abc import Iterable
from typing import Any

import pytest

from preau.gate.request import NEWCOMER
from preau.gate.rules.controller import Reading
from preau.project.meter import LineMeter
from preau.project.school_shell import CANARY_PATH, SchoolShell


class Clock:
    """A monotonic clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


class Gated:
    """A WSGI application that answers when it is let go."""

    def __init__(self) -> None:
        self.began = threading.Semaphore(0)
        self.go = threading.Semaphore(0)
        self.status = "200 OK"

    def __call__(self, _: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.began.release()
        assert self.go.acquire(timeout=10)
        start_response(self.status, [("Content-Type", "text/plain")])
        return [b"done"]


def scope(**more: Any) -> dict[str, Any]:
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": "/", "raw_path": b"/", "query_string": b"", "root_path": "", "headers": [],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), **more,
    }  # fmt: skip


async def nothing() -> dict[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}


async def drop(message: dict[str, Any]) -> None:
    """The client is not looked at."""


async def begun(application: Gated) -> None:
    assert await asyncio.to_thread(application.began.acquire, timeout=10)


async def test_the_second_of_two_requests_waits_for_the_first_and_the_meter_says_how_long() -> None:
    clock, application = Clock(), Gated()
    shell = SchoolShell(application, monotonic=clock, write_lane="/travail/", sign_in=("/connexion/",))
    first = asyncio.create_task(shell(scope(**{NEWCOMER: True}), nothing, drop))
    await begun(application)
    second = asyncio.create_task(shell(scope(), nothing, drop))
    await asyncio.sleep(0)
    clock.now_s += 0.4
    application.go.release()
    await begun(application)
    application.go.release()
    await asyncio.gather(first, second)
    clock.now_s += 0.6
    reading = shell.meter.read()
    assert reading.done_per_s == pytest.approx(2.0)
    assert reading.background_per_s == pytest.approx(1.0)
    assert reading.queue_s == pytest.approx(0.2)
    assert reading.failed_share == 0.0


async def test_a_thread_that_is_stuck_queues_although_nothing_begins() -> None:
    clock, application = Clock(), Gated()
    shell = SchoolShell(application, monotonic=clock, write_lane="/travail/", sign_in=("/connexion/",))
    first = asyncio.create_task(shell(scope(), nothing, drop))
    await begun(application)
    second = asyncio.create_task(shell(scope(), nothing, drop))
    await asyncio.sleep(0)
    shell.meter.read()
    clock.now_s += 3.0
    assert shell.meter.read().queue_s == pytest.approx(3.0)
    for _ in range(2):
        application.go.release()
    await asyncio.gather(first, second)
    shell.meter.read()
    clock.now_s += 5.0
    assert shell.meter.read().queue_s == 0.0


async def test_one_broken_page_is_no_broken_school_and_five_are() -> None:
    clock, application = Clock(), Gated()
    shell = SchoolShell(application, monotonic=clock, write_lane="/travail/", sign_in=("/connexion/",))
    application.status = "503 Service Unavailable"
    shares = []
    for _ in range(6):
        application.go.release()
        await shell(scope(), nothing, drop)
        clock.now_s += 1.0
        shares.append(shell.meter.read().failed_share)
    assert shares == [0.0, 0.0, 0.0, 0.0, 1.0, 1.0]


async def test_what_fails_before_strangers_signing_in_neither_stops_the_calls_nor_hides_what_fails_inside() -> None:
    clock, application = Clock(), Gated()
    shell = SchoolShell(application, monotonic=clock, write_lane="/travail/", sign_in=("/connexion/", "/c/"))
    application.status = "500 Internal Server Error"

    async def asked(path: str) -> None:
        application.go.release()
        await shell(scope(path=path), nothing, drop)

    for path in ["/connexion/", "/c/x"] * 10:
        await asked(path)
    reading = shell.meter.read()
    assert (reading.failed_share, reading.done_per_s > 0) == (0.0, True)
    for _ in range(5):
        await asked("/journee/")
    assert shell.meter.read().failed_share == 1.0


async def test_a_request_that_is_given_up_in_line_does_not_stand_there_for_ever_and_the_canary_never() -> None:
    clock, application = Clock(), Gated()
    shell = SchoolShell(application, monotonic=clock, write_lane="/travail/", sign_in=("/connexion/",))
    first = asyncio.create_task(shell(scope(), nothing, drop))
    await begun(application)
    second = asyncio.create_task(shell(scope(), nothing, drop))
    canary = asyncio.create_task(shell(scope(path=CANARY_PATH), nothing, drop))
    await asyncio.sleep(0)
    second.cancel()
    canary.cancel()
    await asyncio.gather(second, canary, return_exceptions=True)
    application.go.release()
    await first
    shell.meter.read()
    clock.now_s += 30.0
    assert shell.meter.read().queue_s == 0.0


def test_a_line_says_how_long_people_stood_in_it_and_what_it_finished() -> None:
    clock = Clock()
    line = LineMeter(monotonic=clock)
    quick, slow, gone = line.stands(), line.stands(), line.stands()
    line.begins(quick)
    line.ends(quick)
    clock.now_s += 0.4
    line.begins(slow)
    line.ends(gone)
    line.ends(quick)  # once is enough
    line.read()
    line.ends(slow)
    clock.now_s += 0.5
    assert line.read() == Reading(2.0, 0.0, background_per_s=None)


def test_a_line_in_which_nobody_is_served_queues_all_the_same() -> None:
    clock = Clock()
    line = LineMeter(monotonic=clock)
    line.stands()
    clock.now_s += 3.0
    assert line.read().queue_s == pytest.approx(2.9)
    assert line.read().done_per_s == 0.0


def test_what_a_turn_always_takes_is_no_queueing_and_what_it_takes_longer_is() -> None:
    clock = Clock()
    line = LineMeter(monotonic=clock)

    def a_turn(seconds: float) -> float:
        number = line.stands()
        clock.now_s += seconds
        line.begins(number)
        line.ends(number)
        return line.read().queue_s

    assert a_turn(0.08) == 0.0
    assert a_turn(0.08) == pytest.approx(0.0, abs=1e-3)
    assert a_turn(0.38) == pytest.approx(0.3, abs=1e-3)
    assert a_turn(0.01) == 0.0
    assert a_turn(0.08) == pytest.approx(0.07, abs=1e-3)
