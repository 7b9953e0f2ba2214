"""The world: the same people for every policy, as many as asked for, as the scenario says."""

import pytest

np = pytest.importorskip("numpy")

from preau.gate.rules.places import OTHERS, PUPILS, STAFF, arrival_key, known_place  # noqa: E402
from preau.gate.simulation.orders import RANK_KEY, TIES, Order, class_keys, group_name, stand  # noqa: E402
from preau.gate.simulation.scenario import drain, morning, school_order  # noqa: E402
from preau.gate.simulation.world import GUARDIAN, NO_CLASS, PUPIL, STRANGER, TEACHER, draw  # noqa: E402
from preau.tokens.card import Card, Role, hours_mask  # noqa: E402

TOWN = morning(5000)


def test_as_many_people_come_as_the_scenario_says_in_the_order_of_arrival() -> None:
    for scenario in (TOWN, drain("base", 3001), school_order(2600)):
        world = draw(scenario, seed=1)
        assert world.people == scenario.people
        assert (np.diff(world.arrival_ms) >= 0).all()


def test_every_class_has_one_teacher_and_teachers_always_come() -> None:
    world = draw(TOWN, seed=1)
    teachers = world.kind == TEACHER
    assert sorted(world.class_of[teachers]) == list(range(len(world.class_start_s)))
    assert world.comes[teachers].all()


def test_guardians_have_no_class_and_strangers_do() -> None:
    world = draw(TOWN, seed=1)
    assert ((world.class_of == NO_CLASS) == (world.kind == GUARDIAN)).all()
    assert 0 < np.count_nonzero(world.kind == STRANGER) < 0.06 * np.count_nonzero(world.kind == PUPIL)


def test_people_come_round_three_minutes_before_their_lesson() -> None:
    world = draw(school_order(26_000), seed=1)
    early_s = world.class_start_s[world.class_of] - world.arrival_ms / 1000
    assert early_s.mean() == pytest.approx(180, abs=8)
    assert early_s.std() == pytest.approx(240, abs=8)


def test_the_same_seed_and_day_draw_the_same_world_and_another_day_keeps_the_classes() -> None:
    one, same, later = draw(TOWN, seed=1), draw(TOWN, seed=1), draw(TOWN, seed=1, day=1)
    assert all(np.array_equal(left, right) for left, right in zip(one[4:], same[4:], strict=True))
    assert np.array_equal(one.class_start_s, later.class_start_s)
    assert not np.array_equal(one.arrival_ms, later.arrival_ms)


def test_places_are_those_of_the_gate() -> None:
    world = draw(TOWN, seed=1)
    standing = stand(world, Order.PLACES)
    for person in range(0, world.people, 97):
        now_s = world.origin_s + world.arrival_ms[person] / 1000
        lesson_s = world.origin_s + int(world.class_start_s[world.class_of[person]])
        role = {TEACHER: Role.TEACHER, PUPIL: Role.PUPIL}.get(int(world.kind[person]))
        if role is None:
            assert standing.lane[person] > PUPILS
            tie = standing.key[person] % TIES
            assert standing.key[person] == arrival_key(now_s=now_s, earlier=0, tie=int(tie))
            continue
        hours = hours_mask({lesson_s // 3600 + hour for hour in range(4)})
        group = group_name(int(world.class_of[person]))
        card = Card(expires_at_s=2**40, role=role, subject="b" * 11, group=group, hours=hours)
        assert (standing.lane[person], standing.key[person]) == known_place(card, lambda _: RANK_KEY, now_s=lesson_s)


def test_one_class_has_one_key_and_its_teacher_the_same() -> None:
    world = draw(TOWN, seed=1)
    standing = stand(world, Order.PLACES)
    keys = class_keys(world)
    in_class = (world.kind == TEACHER) | (world.kind == PUPIL)
    assert np.array_equal(standing.key[in_class], keys[world.class_of[in_class]])
    assert set(standing.lane[world.kind == TEACHER]) == {STAFF}


def test_a_plain_queue_is_one_lane_in_the_order_of_arrival() -> None:
    world = draw(TOWN, seed=1)
    for order in (Order.ARRIVAL, Order.MINUTE, Order.POSITION):
        standing = stand(world, order)
        assert set(standing.lane) == {OTHERS}
        assert (np.diff(standing.key) >= -TIES).all()
