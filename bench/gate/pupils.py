"""Pupils as closed loops: each comes to the door, waits as its browser does, works, leaves; and a diary of it all."""

import asyncio
import contextlib
import itertools
import random
import re
import time
from collections import Counter
from typing import Any, Final

import msgspec

from bench.gate.visitors import Answer, Unanswered, Visitor

STATE_PATH: Final = "/attente/etat.json"
_STANDING = re.compile(rb'data-lane="(\d)" data-key="(\d+)" data-lot="(\d+)"')


class Diary(msgspec.Struct):
    """What happened to everybody. Instants in seconds of the monotonic clock.

    Attributes:
        entered: instant and seconds since the person came, for each entry.
        worked: instants of the application's answers.
        refused: answers by status that a pupil must not see: 5xx that is not our page, 403, 429.
        our_5xx: our own pages with a status of 5xx: « reprend son souffle », or a waiting page after a form.
        fell_out: waiting pages seen by somebody who was inside.
        unanswered: no answer, by kind of failure.
        asked: requests in all.
    """

    entered: list[tuple[float, float]] = []
    worked: list[float] = []
    work_s: list[float] = []
    refused: Counter[str] = Counter()
    our_5xx: int = 0
    fell_out: int = 0
    unanswered: Counter[str] = Counter()
    asked: int = 0

    def totals(self) -> dict[str, Any]:
        """The counts for the JSON."""
        return {
            "requests": self.asked,
            "entries": len(self.entered),
            "works": len(self.worked),
            "5xx or refusals shown": dict(self.refused),
            "our own 5xx pages": self.our_5xx,
            "fell out": self.fell_out,
            "unanswered": dict(self.unanswered),
        }


def new_diary() -> Diary:
    """An empty one."""
    return Diary(entered=[], worked=[], work_s=[], refused=Counter(), unanswered=Counter())


class Pupil:
    """One person at one browser, writing into a diary that all share."""

    def __init__(self, visitor: Visitor, diary: Diary) -> None:
        self.visitor = visitor
        self.diary = diary

    async def ask(self, path: str, **more: Any) -> Answer | None:
        """One request; what must not be shown to a pupil is noted."""
        self.diary.asked += 1
        try:
            answer = await self.visitor.ask(path, **more)
        except Unanswered as error:
            self.diary.unanswered[str(error)] += 1
            return None
        if answer.status >= 500 or answer.status in {403, 429}:
            if answer.is_ours or b"Pr\xc3\xa9au reprend son souffle" in answer.body:
                self.diary.our_5xx += 1
            else:
                self.diary.refused[str(answer.status)] += 1
        return answer

    async def come_in(self) -> bool:
        """Comes to the door and waits there, polling as the page does; True once inside."""
        came_s = time.monotonic()
        while True:
            page = await self.ask("/")
            if page is not None and page.status == 200 and not page.waits:
                self.diary.entered.append((time.monotonic(), time.monotonic() - came_s))
                self.diary.worked.append(time.monotonic())
                return True
            await self._until_called(page)

    async def _until_called(self, page: Answer | None) -> None:
        """Polls the one file until it says that this place is called; a page that was not understood is asked again."""
        standing = None if page is None else _STANDING.search(page.body)
        if standing is None:
            await asyncio.sleep(random.uniform(1, 3))  # noqa: S311  no secret
            return
        lane, key, lot = standing[1].decode(), int(standing[2]), int(standing[3])
        pace_s, sample = 2.0, 1
        told_at_s, since_s, patience = 0, time.monotonic(), random.uniform(8, 16)  # noqa: S311
        while True:
            await asyncio.sleep(pace_s * random.uniform(0.8, 1.2))  # noqa: S311
            answer = await self.ask(f"{STATE_PATH}?b=1" if lot % sample == 0 else STATE_PATH, accept="application/json")
            state = None if answer is None or answer.status != 200 else _state(answer.body)
            if state is None:
                return
            pace_s, sample, mark = float(state["pace_s"]), int(state["sample"]), state["lanes"].get(lane, {}).get("w")
            if state["free"] > 0 and (mark is None or key < mark):
                return
            if state["now_s"] != told_at_s:
                told_at_s, since_s = state["now_s"], time.monotonic()
            elif time.monotonic() - since_s > patience * pace_s:  # the file stands still: only a knock tells
                return

    async def work(self, requests: int, *, think_s: float) -> None:
        """Asks for pages, with exponential pauses between them."""
        for _ in range(requests):
            await asyncio.sleep(random.expovariate(1 / think_s))
            answer = await self.ask("/page")
            if answer is None or answer.status != 200:
                continue
            if answer.waits:
                self.diary.fell_out += 1
            else:
                self.diary.worked.append(time.monotonic())
                self.diary.work_s.append(answer.seconds)

    async def leave(self) -> None:
        """Gives the place back and closes the browser."""
        await self.ask("/attente/quitter", method="POST")
        self.visitor.close()


def _state(body: bytes) -> dict[str, Any] | None:
    try:
        found = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return None
    return found if isinstance(found, dict) and "lanes" in found else None


async def for_seconds(seconds: float, lives: list[Any]) -> None:
    """Lets everybody live for so long, and then stops them where they are."""
    tasks = [asyncio.create_task(life) for life in lives]
    await asyncio.sleep(seconds)
    for task in tasks:
        task.cancel()
    for task in tasks:
        with contextlib.suppress(asyncio.CancelledError):
            await task


numbers = itertools.count()
"""Everybody who ever comes has a number of their own: no two are the same person."""
