import os
import subprocess
import sys
import time

from bench.gate.machine import cpu_s, facts, first_version

BURN_IN_A_CHILD = """
import subprocess, sys, time
subprocess.run([sys.executable, "-c", "import time\\nwhile time.process_time() < 0.3: pass"])
print("burnt", flush=True)
time.sleep(60)
"""


def test_the_cpu_of_ended_children_counts() -> None:
    command = [sys.executable, "-c", BURN_IN_A_CHILD]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:  # noqa: S603
        assert process.stdout is not None
        process.stdout.readline()
        used_s = cpu_s(process.pid)
        process.kill()
    assert 0.25 <= used_s < 3  # four figures in whole ticks of 10 ms, each rounded down


def test_our_own_cpu_grows_while_we_compute() -> None:
    before_s = cpu_s(os.getpid())
    until_s = time.process_time() + 0.1
    while time.process_time() < until_s:
        pass
    assert 0.08 <= cpu_s(os.getpid()) - before_s < 1


def test_a_process_that_is_gone_has_used_nothing() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert cpu_s(process.pid) == 0


def test_the_version_is_found_in_what_a_tool_says() -> None:
    assert first_version("HAProxy version 2.6.12-1+deb12u4 2026/10/17 - https://haproxy.org/") == "2.6.12-1+deb12u4"
    assert first_version("nginx version: nginx/1.22.1") == "1.22.1"
    assert first_version("wrk debian/4.1.0-3+b2 [epoll]") == "4.1.0-3+b2"
    assert first_version("slowhttptest, a tool to test\n - version 1.8.2\n") == "1.8.2"
    assert first_version("nothing") == "?"


def test_the_facts_name_the_machine_the_date_and_the_command() -> None:
    found = facts()
    assert found["machine"]["cores"] == os.cpu_count()
    assert found["command"].startswith("python -m bench.gate")
