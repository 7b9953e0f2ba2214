"""Charts: what is drawn is what was measured, and where nothing was measured nothing is drawn."""

import re

import msgspec
import pytest

from preau.published.shapes import MAX_CAPACITY, GateHistory, GatePoint
from preau.school.operations.charts import HEIGHT, WIDTH, charts, path, scale_top
from school.operations.porter import history

NOW_S = 1_795_422_600


@pytest.mark.parametrize(
    ("highest", "top"),
    [(0, 1), (1, 1), (1.1, 2), (3, 5), (5, 5), (7, 10), (99, 100), (101, 200), (3e6, 5e6)],
)
def test_the_top_of_a_scale_is_round_and_never_below_what_it_holds(highest: float, top: float) -> None:
    assert scale_top(highest) == top


def test_fifteen_minutes_go_from_edge_to_edge_and_stay_in_the_box() -> None:
    past = history(15, now_s=NOW_S)
    for chart in charts(past, now_s=NOW_S):
        for line in chart.lines:
            xs = [float(x) for x in re.findall(r"[MLH](-?[\d.]+)", line.d)]
            ys = [float(y) for y in re.findall(r"[ML]-?[\d.]+ (-?[\d.]+)|V(-?[\d.]+)", line.d) for y in y if y]
            assert (min(xs), max(xs)) == (5, WIDTH)
            assert xs == sorted(xs)
            assert all(0 <= y <= HEIGHT for y in ys)


def test_a_silence_breaks_the_line() -> None:
    past = history(2, now_s=NOW_S)
    holes = tuple(point for point in past.points if not NOW_S - 60 < point.at_s < NOW_S - 20)
    d = path(holes, lambda point: point.inside, top=50, now_s=NOW_S)
    assert d.count("M") == 2


def test_what_was_not_measured_is_no_line() -> None:
    point = GatePoint(NOW_S, 0.0, 0.0, None, (0, 0, 0, 0), 0, 400, 0, None)
    drawn = charts(GateHistory(step_s=5, points=(point,)), now_s=NOW_S)
    assert [chart.key for chart in drawn] == ["flow", "waiting", "house", "level"]
    assert [line.name for line in drawn[0].lines] == ["Arrivées", "Entrées"]
    measured = msgspec.structs.replace(point, rate_per_s=3.0, queue_ms=20.0)
    drawn = charts(GateHistory(step_s=5, points=(measured,)), now_s=NOW_S)
    assert [chart.key for chart in drawn] == ["flow", "waiting", "house", "level", "queue"]


def test_no_history_is_no_chart() -> None:
    assert charts(GateHistory(step_s=5, points=()), now_s=NOW_S) == ()


def test_every_chart_says_in_words_what_it_shows() -> None:
    spoken = {chart.key: chart.spoken for chart in charts(history(5, now_s=NOW_S), now_s=NOW_S)}
    assert "arrivées : au plus 2,0, entrées : au plus 1,0" in spoken["flow"]
    assert spoken["level"] == "Niveau de l’échelle pendant quinze minutes : au plus 1, lissage."


def test_a_gate_without_limit_draws_no_line_of_a_million() -> None:
    point = GatePoint(NOW_S, 0.0, 0.0, None, (0, 0, 0, 0), 40, MAX_CAPACITY, 0, None)
    house = next(one for one in charts(GateHistory(step_s=5, points=(point,)), now_s=NOW_S) if one.key == "house")
    assert ([line.name for line in house.lines], house.top) == (["À l’intérieur, hors personnel"], "50")
