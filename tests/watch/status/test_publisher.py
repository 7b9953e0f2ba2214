import asyncio
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from preau.watch.signals.reading import Signals
from preau.watch.status.incident_file import open_incident
from preau.watch.status.publisher import REWRITE_S, StatusPublisher
from status_readings import HALF_PAST_EIGHT_S, reading


class Morning:
    """A clock and a reading that the test moves by hand."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.incidents = folder / "status", folder / "incidents.jsonl"
        self.now_s, self.changes, self.broken = HALF_PAST_EIGHT_S, dict[str, Any](), False
        self.publisher = self.start()

    def start(self) -> StatusPublisher:
        return StatusPublisher(
            folder=self.folder, incidents=self.incidents, signals=self.read, clock=lambda: self.now_s
        )

    def read(self) -> Signals:
        if self.broken:
            raise RuntimeError("the gate is gone")
        return reading(measured_at_s=self.now_s, **self.changes)

    async def after(self, seconds: float, **changes: Any) -> bool:
        self.now_s += seconds
        self.changes |= changes
        return await self.publisher.publish()

    def summary(self) -> Any:
        return json.loads((self.folder / "api/v2/summary.json").read_bytes())

    def facts(self) -> list[str]:
        return [fact["code"] for fact in self.summary()["x_preau"]["facts"]]


@pytest.fixture
def morning(tmp_path: Path) -> Morning:
    return Morning(tmp_path)


async def test_the_first_publication_writes_every_file_and_leaves_no_rest(morning: Morning) -> None:
    assert await morning.after(0)
    names = sorted(str(path.relative_to(morning.folder)) for path in morning.folder.rglob("*") if path.is_file())
    assert names == [
        "api/v2/components.json",
        "api/v2/incidents.json",
        "api/v2/incidents/unresolved.json",
        "api/v2/scheduled-maintenances/active.json",
        "api/v2/scheduled-maintenances/upcoming.json",
        "api/v2/status.json",
        "api/v2/summary.json",
        "etat.css",
        "history.atom",
        "index.html",
    ]


async def test_files_are_written_on_change_and_at_the_latest_after_the_rewrite_time(morning: Morning) -> None:
    await morning.after(0)
    assert not await morning.after(5)
    assert await morning.after(5, waiting=(0, 50, 0, 0))
    assert not await morning.after(REWRITE_S - 1)
    assert await morning.after(1)


async def test_a_clock_set_back_does_not_silence_the_page(morning: Morning) -> None:
    await morning.after(0)
    assert await morning.after(-3600)


async def test_a_reading_that_fails_is_published_as_unknown_and_the_next_one_as_it_is(
    morning: Morning, caplog: pytest.LogCaptureFixture
) -> None:
    await morning.after(0)
    morning.broken = True
    with caplog.at_level(logging.ERROR):
        assert await morning.after(5)
    assert "signals_failed" in caplog.text
    assert morning.summary()["status"]["description"] == "Données indisponibles."
    assert b"Donn\xc3\xa9es indisponibles." in (morning.folder / "index.html").read_bytes()
    morning.broken = False
    assert await morning.after(5)
    assert morning.summary()["status"]["description"] == "Tout fonctionne."
    assert morning.facts() == ["signals_back", "signals_lost", "service_started"]


async def test_an_incident_opened_by_an_operator_is_published(morning: Morning) -> None:
    await morning.after(0)
    open_incident(morning.incidents, title="Son coupé", body="Nous regardons.", impact="major", now_s=morning.now_s)
    assert await morning.after(1)
    assert morning.summary()["incidents"][0]["name"] == "Son coupé"


async def test_facts_and_the_tally_of_the_day_survive_a_restart(morning: Morning) -> None:
    await morning.after(0)
    await morning.after(5, waiting=(0, 50, 0, 0), admitted_total=900)
    morning.publisher = morning.start()
    await morning.after(5, started_at_s=morning.now_s, admitted_total=30)
    assert morning.facts() == ["service_started", "queue_opened", "service_started"]
    page = (morning.folder / "index.html").read_text()
    assert "<dt>Entrées</dt><dd>230</dd>" in page


async def test_the_time_between_two_processes_is_told_from_the_last_sign_of_the_first(morning: Morning) -> None:
    await morning.after(0)
    await morning.after(25)  # nothing new to publish, but a sign of life
    morning.publisher = morning.start()
    await morning.after(720, started_at_s=morning.now_s + 720)
    await morning.after(5)
    told = morning.summary()["x_preau"]["facts"]
    assert [fact["code"] for fact in told] == ["service_started", "service_interrupted", "service_started"]
    assert told[1]["sentence"].replace("\u00a0", " ") == "Le service a été interrompu de 8 h 30 à 8 h 42."


async def test_memory_that_cannot_be_read_is_forgotten_and_not_fatal(tmp_path: Path) -> None:
    (tmp_path / "status_memory.json").write_bytes(b'{"seen":')
    assert await Morning(tmp_path).after(0)


async def test_admissions_per_minute_are_counted_between_readings(morning: Morning) -> None:
    await morning.after(0, admitted_total=1_000)
    await morning.after(30, admitted_total=1_090)
    await morning.after(40)
    assert morning.summary()["x_preau"]["admissions_per_minute"][-1] == 90
    assert morning.summary()["x_preau"]["arrivals_per_minute"] is None


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110  what is awaited is a file written by a thread
        await asyncio.sleep(0.01)


async def test_running_publishes_at_once_and_again_when_woken(morning: Morning) -> None:
    task = asyncio.create_task(morning.publisher.run())
    try:
        async with asyncio.timeout(10):
            await until((morning.folder / "index.html").exists)
            morning.changes["app_ok"] = False
            morning.publisher.wake()
            await until(lambda: "app_silent" in morning.facts())
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()


async def test_a_disk_that_refuses_is_logged_and_tried_again(
    morning: Morning, caplog: pytest.LogCaptureFixture
) -> None:
    morning.folder.write_bytes(b"a file stands where the folder should be")
    task = asyncio.create_task(morning.publisher.run())
    try:
        async with asyncio.timeout(10):
            await until(lambda: "status_not_written" in caplog.text)
            morning.folder.unlink()
            morning.publisher.wake()
            await until((morning.folder / "index.html").exists)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
