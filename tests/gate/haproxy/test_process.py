"""HAProxy as a child: a start that fails leaves nothing behind."""

import asyncio
import os
from pathlib import Path

import pytest

from preau.gate.haproxy import process as process_module
from preau.gate.haproxy.process import EdgeNotStarted, EdgeProcess

NEVER_READY = """#!/bin/sh
[ "$1" = -c ] && exit 0
echo $$ >> {started}
trap "" TERM USR1
while :; do sleep 1; done
"""
"""In the place of HAProxy: it finds every configuration good, goes on running and opens no socket."""


async def test_one_that_opens_no_socket_is_ended_and_the_start_has_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, binary = tmp_path / "started", tmp_path / "bin" / "haproxy"
    binary.parent.mkdir()
    binary.write_text(NEVER_READY.format(started=started))
    binary.chmod(0o700)
    monkeypatch.setenv("PATH", f"{binary.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(process_module, "STARTS_WITHIN_S", 1.0)
    edge = EdgeProcess(tmp_path)
    for _ in range(2):  # nor does the next start wait for the first one
        async with asyncio.timeout(10):
            with pytest.raises(EdgeNotStarted, match="ne répond pas"):
                await edge.run()
    first, second = (int(number) for number in started.read_text().split())
    assert first != second
    for number in (first, second):
        with pytest.raises(ProcessLookupError):
            os.kill(number, 0)
