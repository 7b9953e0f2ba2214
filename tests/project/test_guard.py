"""What the guard and the jobs of a process live through."""

import asyncio
import shutil
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from preau.project import guard, supervised


async def test_a_job_that_dies_or_ends_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervised, "AGAIN_AFTER_S", 0)
    starts, goes_on = 0, asyncio.Event()

    async def job() -> None:
        nonlocal starts
        starts += 1
        if starts == 1:
            raise TimeoutError
        if starts > 2:
            goes_on.set()
            await asyncio.Event().wait()

    with capture_logs() as logs:
        running = asyncio.create_task(supervised.supervised("essai", job))
        await asyncio.wait_for(goes_on.wait(), 5)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert [(entry["event"], entry["job"]) for entry in logs] == [("job_died", "essai")]


async def test_an_application_that_cannot_be_started_for_a_moment_is_started_later(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(guard, "FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(shutil, "which", lambda _name: None)  # with setpriv it is setpriv that is started
    command = tmp_path / "application"
    command.write_text('#!/bin/sh\nrm "$0"\n')
    command.chmod(0o700)
    application = guard._Application([str(command)])
    with capture_logs() as logs:
        living = asyncio.create_task(application.live())
        async with asyncio.timeout(5):
            while not any(entry["event"] == "application_not_started" for entry in logs):
                assert not living.done()
                await asyncio.sleep(0.01)
            beside = tmp_path / "beside"
            beside.write_text("#!/bin/sh\nexit 2\n")
            beside.chmod(0o700)
            beside.rename(command)
            assert await living == guard.OPERATORS_MISTAKE


async def test_an_application_that_cannot_be_started_at_all_is_said_at_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(FileNotFoundError):
        await guard._Application([str(tmp_path / "nothing")]).live()
