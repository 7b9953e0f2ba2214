"""Debian's Chromium, driven by Playwright: one context per person's device."""

import math
import struct
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
]


@contextmanager
def chromium(*, microphone: Path | None = None) -> Iterator[Browser]:
    """A headless Chromium; ``microphone``: a WAV file that plays in a loop as what the microphone hears."""
    if not CHROMIUM.exists():
        pytest.skip("Debian's chromium is not installed: NO BROWSER TEST RUNS (as root: apt-get install chromium)")
    flags = [*FLAGS, *([f"--use-file-for-fake-audio-capture={microphone}"] if microphone else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=flags)
        try:
            yield browser
        finally:
            browser.close()


def write_tone(path: Path, *, hertz: float, seconds: float = 4.0) -> Path:
    """A WAV file with a pure tone: what the teacher \"says\", so that its arrival can be proven by its frequency."""
    rate = 48_000
    count = int(rate * seconds)
    samples = (int(12_000 * math.sin(2 * math.pi * hertz * index / rate)) for index in range(count))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(struct.pack(f"<{count}h", *samples))
    return path
