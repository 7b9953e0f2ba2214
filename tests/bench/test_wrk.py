import pytest

from bench.gate.wrk import Unreadable, read

OUTPUT = """\
Running 3s test @ http://127.0.0.1:8391/
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     6.39ms    2.11ms  41.02ms   88.60%
    Req/Sec    10.13k     1.02k   11.90k    70.00%
  Latency Distribution
     50%  812.00us
     75%    6.90ms
     90%    8.01ms
     99%    1.20s
  30251 requests in 3.01s, 391.12MB read
Requests/sec:  10062.53
Transfer/sec:    130.12MB
"""
FAILURES = """\
  30251 requests in 1.50m, 391.12MB read
  Socket errors: connect 1, read 20, write 300, timeout 4000
  Non-2xx or 3xx responses: 77
"""


def test_figures_are_read_with_their_units() -> None:
    load = read(OUTPUT)
    assert (load.requests, load.seconds) == (30251, 3.01)
    assert load.p50_s == pytest.approx(812e-6)
    assert load.p99_s == pytest.approx(1.2)
    assert (load.bad, load.socket_errors) == (0, 0)


def test_what_went_wrong_is_read_too() -> None:
    head = OUTPUT.partition("  30251")[0]
    load = read(head + FAILURES)
    assert (load.bad, load.socket_errors, load.seconds) == (77, 4321, 90.0)


@pytest.mark.parametrize("text", ["", "unable to connect to 127.0.0.1:1 Connection refused\n", FAILURES])
def test_a_wrk_that_did_not_run_is_no_figure(text: str) -> None:
    with pytest.raises(Unreadable):
        read(text)
