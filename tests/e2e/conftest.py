"""Fixtures of the browser tests: a demo of one's own per module, Chromium, people with devices. Nothing more."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from browser import chromium
from e2e.visitors import Visitors
from preau_process import PreauProcess


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PreauProcess]:
    """`preau demo` with room for everybody."""
    process = PreauProcess(tmp_path_factory.mktemp("demo") / "var")
    process.start()
    yield process
    process.stop()


@pytest.fixture(scope="module")
def full_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PreauProcess]:
    """`preau demo` with one place inside."""
    process = PreauProcess(tmp_path_factory.mktemp("full") / "var")
    process.start(PREAU_CAPACITY="1")
    yield process
    process.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium for the module: synchronous, so never in a module with asynchronous tests."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def devices(browser: Browser) -> Visitors:
    """The module's signed-in devices."""
    return Visitors(browser)


@pytest.fixture
def visitors(devices: Visitors) -> Iterator[Visitors]:
    """The same, with every window closed after the test."""
    yield devices
    devices.close_windows()
