import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from asgi_client import call, http_scope
from preau.gate.body import SCHOOL_BODY
from preau.project.health import Canary, Condition
from preau.project.school_shell import (
    HOMEWORK_PLACES,
    MAX_READING,
    MAX_READING_PER_SOURCE,
    MAX_WAITING,
    SIGN_IN_PLACES,
    SchoolShell,
)


def shell(wsgi: Callable[..., Iterable[bytes]]) -> SchoolShell:
    return SchoolShell(wsgi, monotonic=time.monotonic, write_lane="/travail/", sign_in=("/connexion/", "/c/"))


def echo(environ: Any, start_response: Any) -> list[bytes]:
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain"), ("X-Thread", threading.current_thread().name)])
    return [environ["REQUEST_METHOD"].encode(), b" ", environ["QUERY_STRING"].encode(), b" ", body]


async def test_a_request_goes_through_and_comes_back() -> None:
    answer = await call(shell(echo), "/x", method="POST", body=b"bonjour", query=b"a=1")
    assert (answer.status, answer.body) == (200, b"POST a=1 bonjour")


async def test_django_only_ever_runs_in_one_thread() -> None:
    one = shell(echo)
    answers = await asyncio.gather(*(call(one, "/") for _ in range(20)))
    assert len({answer.headers["x-thread"] for answer in answers}) == 1


async def test_a_body_over_the_limit_is_refused_before_the_school_sees_it() -> None:
    def never(environ: Any, start_response: Any) -> list[bytes]:
        raise AssertionError("the school was called")

    answer = await call(shell(never), "/", method="POST", body=b"x" * (SCHOOL_BODY.most_bytes + 1))
    assert (answer.status, "body_too_large" in answer.text) == (413, True)
    lying = await call(shell(never), "/", method="POST", headers={"content-length": "-1"})
    assert lying.status == 413


@pytest.mark.parametrize("path", ["/travail/journal", "/travail/suivi"])
async def test_a_script_of_ours_reads_why_its_body_was_not_taken_as_json(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("preau.project.school_shell.SCHOOL_BODY", SCHOOL_BODY._replace(most_s=0.01, most_bytes=9))
    monkeypatch.setattr("preau.project.school_shell.MAX_WAITING", 0)
    one, html = shell(echo), {"accept": "text/html"}

    async def answer_to(*messages: Any) -> tuple[int, str]:
        left, sent = list(messages), []

        async def receive() -> Any:
            return left.pop(0) if left else await asyncio.Event().wait()

        async def send(message: Any) -> None:
            sent.append(message)

        await one(http_scope(path, method="POST", headers=html), receive, send)
        return sent[0]["status"], json.loads(sent[1]["body"])["error"]["code"]

    assert await answer_to() == (408, "body_slow")
    assert await answer_to({"type": "http.request", "body": b"x" * 10}) == (413, "body_too_large")
    assert await answer_to({"type": "http.disconnect"}) == (400, "body_broken_off")
    assert await answer_to({"type": "http.request", "body": b"x"}) == (503, "school_busy")


async def test_a_client_that_sends_slowly_does_not_hold_the_school(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("preau.project.school_shell.SCHOOL_BODY", SCHOOL_BODY._replace(most_s=0.2))
    one, answers = shell(echo), []

    async def never_sends() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        answers.append(message)

    slow = asyncio.create_task(one(http_scope("/", method="POST"), never_sends, send))
    await asyncio.sleep(0)
    assert (await call(one, "/")).status == 200
    await slow
    assert answers[0]["status"] == 408


class SlowSender:
    """Clients that open a request with a body and send none of it."""

    def __init__(self, application: SchoolShell) -> None:
        self._application = application
        self._tasks: list[asyncio.Task[None]] = []
        self.statuses: list[int] = []

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.statuses.append(message["status"])

    async def open(self, count: int, *, address: str = "192.0.2.1") -> None:
        async def never_sends() -> Any:
            await asyncio.Event().wait()

        for _ in range(count):
            scope = {**http_scope("/travail/journal", method="POST"), "client": (address, 1)}
            self._tasks.append(asyncio.create_task(self._application(scope, never_sends, self._send)))
        await asyncio.sleep(0)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def test_slow_bodies_of_one_address_leave_the_school_to_the_others() -> None:
    one = shell(echo)
    slow = SlowSender(one)
    await slow.open(MAX_READING_PER_SOURCE)
    assert slow.statuses == []
    await slow.open(3)
    assert slow.statuses == [503] * 3
    await slow.open(1, address="192.0.2.2")
    assert slow.statuses == [503] * 3, "another address still has its places"
    assert (await call(one, "/", method="POST", body=b"x")).status == 200
    await slow.close()


async def test_slow_bodies_from_everywhere_stop_neither_pages_nor_the_canary() -> None:
    one = shell(echo)
    slow = SlowSender(one)
    for n in range(MAX_READING // MAX_READING_PER_SOURCE):
        await slow.open(MAX_READING_PER_SOURCE, address=f"192.0.2.{n}")
    canary = Canary(one, clock=lambda: 0.0)
    await canary.sing()
    assert canary.condition is Condition.WELL
    assert (await call(one, "/")).status == 200
    assert (await call(one, "/", method="HEAD")).status == 200
    assert (await call(one, "/", method="POST", body=b"x")).status == 503
    await slow.close()
    assert (await call(one, "/", method="POST", body=b"x")).status == 200, "a place is given back however it ended"


async def test_a_get_that_brings_a_body_is_read_like_any_other() -> None:
    answer = await call(shell(echo), "/", body=b"bonjour", headers={"content-length": "7"})
    assert answer.body == b"GET  bonjour"


async def test_a_body_must_come_at_a_thousand_bytes_a_second_once_its_grace_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("preau.project.school_shell.SCHOOL_BODY", SCHOOL_BODY._replace(grace_s=0.1))

    async def status_of(chunk: bytes, pause_s: float, count: int) -> int:
        statuses, left = [], count

        async def receive() -> Any:
            nonlocal left
            left -= 1
            await asyncio.sleep(pause_s)
            return {"type": "http.request", "body": chunk, "more_body": left > 0}

        async def send(message: Any) -> None:
            statuses.append(message.get("status"))

        await shell(echo)(http_scope("/", method="POST"), receive, send)
        return int(statuses[0])

    assert await status_of(b"x" * 1000, 0.02, 10) == 200
    assert await status_of(b"x", 0.02, 10) == 408


async def test_past_a_bounded_line_people_are_told_to_come_back_and_signing_in_and_work_still_have_places() -> None:
    gate = threading.Event()

    def waits(environ: Any, start_response: Any) -> list[bytes]:
        gate.wait(5)
        return echo(environ, start_response)

    one = shell(waits)
    pages = [asyncio.create_task(call(one, "/")) for _ in range(MAX_WAITING - HOMEWORK_PLACES - SIGN_IN_PLACES)]
    await asyncio.sleep(0.01)
    answer = await call(one, "/")
    assert (answer.status, "school_busy" in answer.text, answer.headers["retry-after"]) == (503, True, "5")
    assert (await call(one, "/travail/")).status == 503  # to look at one's work is a page too
    signing_in = [asyncio.create_task(call(one, "/connexion/personnel/")) for _ in range(SIGN_IN_PLACES)]
    await asyncio.sleep(0.01)
    assert (await call(one, "/c/x")).status == 503
    handed_in = [asyncio.create_task(call(one, "/travail/journal", method="POST")) for _ in range(HOMEWORK_PLACES)]
    await asyncio.sleep(0.01)
    assert (await call(one, "/travail/journal", method="POST")).status == 503
    gate.set()
    assert {(await task).status for task in [*pages, *signing_in, *handed_in]} == {200}


async def test_work_handed_in_leaves_pages_the_places_it_does_not_take() -> None:
    gate = threading.Event()

    def waits(environ: Any, start_response: Any) -> list[bytes]:
        gate.wait(5)
        return echo(environ, start_response)

    one = shell(waits)
    handed_in = [asyncio.create_task(call(one, "/travail/reponse", method="POST")) for _ in range(MAX_WAITING // 2)]
    await asyncio.sleep(0.01)
    pages = [asyncio.create_task(call(one, "/")) for _ in range(MAX_WAITING // 2)]
    await asyncio.sleep(0.01)
    assert (await call(one, "/")).status == 503
    gate.set()
    assert {(await task).status for task in [*pages, *handed_in]} == {200}


async def test_what_the_school_raises_is_raised_for_the_edge_to_say() -> None:
    def broken(environ: Any, start_response: Any) -> list[bytes]:
        raise ValueError("bug")

    with pytest.raises(ValueError, match="bug"):
        await call(shell(broken), "/")


async def test_a_query_that_is_not_ascii_and_headers_that_wsgi_confuses_do_no_harm() -> None:
    def shows(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [environ.get("HTTP_X_FORWARDED_FOR", "none").encode(), environ["QUERY_STRING"].encode()]

    answer = await call(shell(shows), "/", query=b"q=\xff\xe9", headers={"x_forwarded_for": "1.2.3.4"})
    assert answer.body == b"noneq=%EF%BF%BD%EF%BF%BD"


async def test_the_token_of_a_paper_card_never_reaches_the_logs(capsys: pytest.CaptureFixture[str]) -> None:
    await call(shell(echo), "/c/q1.secret-token")
    output = capsys.readouterr()
    assert "secret-token" not in output.out + output.err
