"""A real application under more pupils than it can serve: how much work is done, and what is shown to whom.

The application has one thread and a known cost per request, burnt as computing on the server's core. Pupils are closed
loops: they come, wait as browsers do, work with pauses, leave, and somebody else comes. As many pupils as just occupy
the application (1x), five and twenty times as many; the same without any gate. The product's controller finds the rate
from what the application's thread measures; there are places enough that the rate binds. Then parts are killed and
revived while the pupils go on.
"""

import asyncio
import json
import math
import time
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final

import msgspec

from bench.gate import people, plain, wrk
from bench.gate.edge_engine import gates, why_absent
from bench.gate.pollers import Pollers
from bench.gate.process import TMP, Running, free_port
from bench.gate.pupils import Diary, Pupil, for_seconds, new_diary, numbers
from bench.gate.spread import by_window, percentile
from bench.gate.visitors import Visitor, address
from preau.gate.rules.places import STAFF

WINDOW_S: Final = 10.0
CLASS_SIZE: Final = 25
WITHOUT_CARD: Final = 0.2
"""One visitor in five has no card: a new device."""

PARTS: Final = {"engine": ("application", "porter"), "haproxy": ("application", "porter", "edge")}
"""What is killed: of two HAProxy that share who is inside and who waits, one. The embedded engine is one process."""

TARGET_WORK: Final = 0.95
TARGET_CLAIMS: Final = 0.02


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """The knob, the pupils, and how long.

    Attributes:
        cost_ms: of computing per request of the application.
        fullness: places, as a multiple of the people who, with their pauses, just occupy the application.
        work: requests of one visit.
        think_s: mean pause between two of them.
        times: how many times as many pupils as just occupy the application.
        fill_s: until the house is full and the figures count.
        window_s: for which they count.
        dead_s: how long each part stays dead in the last run; the porter for longer than the minute of its plan.
        rest_s: how long it is then given.
        polls: of others who only poll meanwhile, so that the answers are many; by gate.
    """

    cost_ms: float
    fullness: float
    work: int
    think_s: float
    times: tuple[int, ...]
    fill_s: float
    window_s: float
    dead_s: dict[str, float]
    rest_s: float
    polls: dict[str, int]


def run(options: Options, say: Callable[[str], None]) -> dict[str, Any]:
    """Every load with the gate and without, and the run with killings; the result for the JSON."""
    most_per_s = _most_per_s(options)
    crowd = math.ceil(most_per_s * options.think_s)
    capacity = math.ceil(options.fullness * crowd)
    say(f"the application alone: {most_per_s:.1f}/s; so {crowd} pupils, {capacity} places")
    rows = []
    for gate in (*gates(), "none"):
        for times in options.times:
            rows.append({"gate": gate, "times": times, **_one_load(gate, times * crowd, capacity, options)})
            say(f"{gate:6} {times:3}x {json.dumps(rows[-1])}")
    peaks = {gate: max(row["work_per_s"] for row in rows if row["gate"] == gate) for gate in (*gates(), "none")}
    for row in rows:
        row["share_of_peak"] = row["work_per_s"] / peaks[row["gate"]]
    return {
        "options": msgspec.to_builtins(options),
        "application_alone_per_s": most_per_s,
        "capacity": capacity,
        "rows": rows,
        "peaks_work_per_s": peaks,
        "target_share_of_peak": TARGET_WORK,
        "target_claims": TARGET_CLAIMS,
        "killings": {gate: _killings(gate, 5 * crowd, capacity, options, say) for gate in gates()},
        "haproxy engine": why_absent() or "measured",
    }


def _most_per_s(options: Options) -> float:
    """What the application serves without a gate and without pauses."""
    with _served("none", 0, options) as running:
        load = wrk.run(running.url + "/page", wrk.Script(), seconds=max(3.0, options.window_s / 10), connections=8)
    return load.requests / load.seconds


def _one_load(gate: str, seats: int, capacity: int, options: Options) -> dict[str, Any]:
    diary, reports = new_diary(), []
    with _served(gate, capacity, options) as running:
        began_s = time.monotonic()
        folder = TMP / f"published-{running.port}"
        asyncio.run(_live(running.port, seats, options, diary, lambda: reports.append(_report(folder))))
    start_s, end_s = began_s + options.fill_s, began_s + options.fill_s + options.window_s
    return {**_figures(diary, start_s, end_s), **against_plan(reports[int(options.fill_s) :])}


def _served(gate: str, capacity: int, options: Options, second_port: int = 0) -> Any:
    order = {"gate": gate, "application": "burning", "cost_ms": options.cost_ms, "capacity": capacity}
    order |= {"second_port": second_port}
    return plain.granian(order, tls=False)


async def _live(port: int, seats: int, options: Options, diary: Diary, each_second: Callable[[], None]) -> None:
    async def watch() -> None:
        while True:
            await asyncio.sleep(1)
            each_second()

    lives = [_life(port, seat, options, diary) for seat in range(seats)]
    await for_seconds(options.fill_s + options.window_s, [watch(), *lives])


async def _life(port: int, seat: int, options: Options, diary: Diary, second_port: int = 0) -> None:
    """One seat: when somebody has left, somebody else comes. All come within the first third of the filling.

    With two edges, every other one begins at the second.
    """
    port, second_port = (second_port, port) if second_port and seat % 2 else (port, second_port)
    await asyncio.sleep(options.fill_s / 3 * (seat % 997) / 997)
    while True:
        number = next(numbers)
        cookies = {}
        if number % 100 >= WITHOUT_CARD * 100:
            name, _, text = people.a_card(f"p{number}", f"class {number // CLASS_SIZE}").partition("=")
            cookies[name] = text
        pupil = Pupil(Visitor(port, source=address(number), cookies=cookies, second_port=second_port), diary)
        try:
            await pupil.come_in()
            await pupil.work(options.work, think_s=options.think_s)
            await pupil.leave()
        finally:
            pupil.visitor.close()


def _figures(diary: Diary, start_s: float, end_s: float) -> dict[str, Any]:
    works = [instant for instant in diary.worked if start_s <= instant < end_s]
    return {
        "work_per_s": len(works) / (end_s - start_s),
        "work_p50_ms": percentile(diary.work_s, 0.5) * 1000,
        "work_p99_ms": percentile(diary.work_s, 0.99) * 1000,
        "entries_per_10_s": by_window([at for at, _ in diary.entered], start_s=start_s, end_s=end_s, window_s=WINDOW_S),
        **diary.totals(),
    }


def _report(folder: Path) -> dict[str, Any] | None:
    """The porter's figures of this second, where it publishes them."""
    try:
        found = json.loads((folder / "gate_report.json").read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def against_plan(reports: list[dict[str, Any] | None]) -> dict[str, Any]:
    """Entries against what the porter had planned, in whole windows of ten seconds."""
    told = {int(one["at_s"]): one for one in reports if one and one.get("rate_per_s") is not None}
    seconds = sorted(told)
    deviations = []
    for first in range(0, len(seconds) - int(WINDOW_S), int(WINDOW_S)):
        span = [told[second] for second in seconds[first : first + int(WINDOW_S) + 1]]
        planned = sum(float(one["rate_per_s"]) for one in span[:-1])
        if planned and any(int(people) for people in _waiting(span[0])):
            deviations.append((_admitted(span[-1]) - _admitted(span[0])) / planned - 1)
    return {"claims_against_plan": deviations or "not available: no rate is planned where nobody measures"}


def _waiting(report: dict[str, Any]) -> list[int]:
    return [people[1] if isinstance(people, list) else people for people in report.get("waiting", {}).values()]


def _admitted(report: dict[str, Any]) -> int:
    """Claims granted in the lanes for which a rate is planned."""
    return sum(people for lane, people in report["admitted"].items() if int(lane) != STAFF)


def _killings(gate: str, seats: int, capacity: int, options: Options, say: Callable[[str], None]) -> dict[str, Any]:
    """Five times as many pupils as the application can serve, while one part after another is dead for a while."""
    diary, notes = new_diary(), []
    lasts_s = options.fill_s + sum(options.dead_s[part] + options.rest_s for part in PARTS[gate])
    second = free_port() if "edge" in PARTS[gate] else 0

    async def morning(running: Running, pollers: Pollers) -> None:
        deaths = asyncio.create_task(_deaths(running, second or running.port, PARTS[gate], options, notes))
        lives = [_life(running.port, seat, options, diary, second) for seat in range(seats)]
        await for_seconds(lasts_s, [pollers.run(), *lives])
        await deaths

    with _served(gate, capacity, options, second) as running:
        ports = (running.port, second) if second else (running.port,)
        pollers = Pollers(ports, per_s=options.polls[gate] / lasts_s)
        began_s = time.monotonic()
        asyncio.run(morning(running, pollers))
    windows = by_window(diary.worked, start_s=began_s, end_s=began_s + lasts_s, window_s=max(1.0, options.rest_s / 2))
    found = {"deaths": notes, "works_per_window": windows, "edges": len(ports), "polls beside": pollers.polls.totals()}
    say(f"{gate} killings: {diary.totals()} {found['polls beside']}")
    return {**found, **diary.totals()}


async def _deaths(
    running: Running, port: int, parts: tuple[str, ...], options: Options, notes: list[dict[str, Any]]
) -> None:
    """``port``: of what is never killed, by which the server is told."""
    commanded = Running(running.process, port)
    await asyncio.sleep(options.fill_s)
    for part in parts:
        for word, pause_s in (("kill", options.dead_s[part]), ("revive", options.rest_s)):
            notes.append({"part": part, "did": word, "at_s": round(time.time(), 1)})
            with suppress(OSError, HTTPException):  # a killed application does not answer
                await asyncio.to_thread(commanded.get, f"/__bench/{word}-{part}")
            await asyncio.sleep(pause_s)
