"""Orders to the gate: whole, with their reason, in the journal before they hold, and never over somebody else's."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from preau.published.gate_orders import Change, OrderRefused, give_order, orders_before, orders_now
from preau.published.gate_words import orders_in_words
from preau.published.shapes import NO_ORDERS, GateOrders

NOW_S = 1_795_422_600.0


def give(data: Path, change: Change, **given: object) -> GateOrders | OrderRefused:
    return give_order(data, change, **{"by": "Maxime", "reason": "essai", "now_s": NOW_S, **given})  # type: ignore[arg-type]


def test_an_order_changes_what_it_names_and_leaves_the_rest(tmp_path: Path) -> None:
    assert orders_now(tmp_path) == NO_ORDERS
    give(tmp_path, Change(capacity=600))
    give(tmp_path, Change(mode="drain"))
    given = give(tmp_path, Change(pre_open_s=600), reason="  deux \n lignes ")
    assert isinstance(given, GateOrders)
    assert (given.capacity, given.mode, given.pre_open_s, given.reason) == (600, "drain", 600, "deux lignes")
    assert orders_now(tmp_path) == given
    assert [one.mode for one in orders_before(tmp_path, limit=9)] == ["drain", "drain", "auto"]


def test_capacity_zero_gives_back_the_capacity_of_the_installation(tmp_path: Path) -> None:
    give(tmp_path, Change(capacity=600))
    given = give(tmp_path, Change(capacity=0))
    assert isinstance(given, GateOrders)
    assert given.capacity is None


@pytest.mark.parametrize(
    ("change", "given", "code"),
    [
        (Change(mode="closed"), {"reason": " \n"}, "reason_missing"),
        (Change(mode="closed"), {"reason": "r" * 201}, "reason_too_long"),
        (Change(capacity=-1), {}, "order_out_of_bounds"),
        (Change(capacity=1_000_001), {}, "order_out_of_bounds"),
        (Change(pre_open_s=3601), {}, "order_out_of_bounds"),
        (Change(mode="closed"), {"seen_at_s": 5}, "orders_changed"),
    ],
)
def test_what_cannot_be_ordered_is_a_sentence_and_changes_nothing(
    tmp_path: Path, change: Change, given: dict[str, object], code: str
) -> None:
    before = give(tmp_path, Change(capacity=600))
    refused = give(tmp_path, change, **given)
    assert isinstance(refused, OrderRefused)
    assert refused.code == code
    assert orders_now(tmp_path) == before
    assert len(orders_before(tmp_path, limit=9)) == 1


def test_of_two_operators_who_saw_the_same_only_the_first_is_obeyed(tmp_path: Path) -> None:
    def close(number: int) -> object:
        return give(tmp_path, Change(mode="closed"), by=f"n° {number}", seen_at_s=0)

    with ThreadPoolExecutor(8) as pool:
        given = list(pool.map(close, range(8)))
    assert sum(isinstance(one, GateOrders) for one in given) == 1
    assert len(orders_before(tmp_path, limit=9)) == 1


def test_two_orders_of_one_second_are_told_apart(tmp_path: Path) -> None:
    instants = [give(tmp_path, Change(mode="closed")) for _ in range(3)]
    assert len({one.at_s for one in instants if isinstance(one, GateOrders)}) == 3


def test_a_file_that_is_broken_counts_as_no_orders_and_the_next_order_mends_it(tmp_path: Path) -> None:
    (tmp_path / "published").mkdir()
    (tmp_path / "published/gate_orders.json").write_text("{")
    assert orders_now(tmp_path) == NO_ORDERS
    give(tmp_path, Change(capacity=9))
    assert json.loads((tmp_path / "published/gate_orders.json").read_text())["capacity"] == 9


def test_what_an_order_changed_is_said_in_words(tmp_path: Path) -> None:
    first = give(tmp_path, Change(capacity=600, mode="closed"))
    second = give(tmp_path, Change(capacity=0, pre_open_s=600))
    assert isinstance(first, GateOrders)
    assert isinstance(second, GateOrders)
    assert orders_in_words(NO_ORDERS, first) == ("mode fermé", "capacité 600")
    assert orders_in_words(first, second) == ("capacité de l’installation", "ouverture 10 min avant le cours")
