"""The walk over the queue, alone: what is not used is not saved up, by nobody."""

from preau.gate.rules.calling import Caller, Free, Group, Stand
from preau.tokens.ticket import LANES

NOBODY = (0,) * LANES


def test_seconds_in_which_nothing_was_free_save_no_calls_up() -> None:
    groups = [Group(1, key, 1) for key in range(100)]
    caller = Caller(Stand(), groups, forgiven=NOBODY)
    for _ in range(30):
        caller.call(Free(0, 0), budget=4.0, burst=4.0)
    assert caller.newly_called == 0
    caller.call(Free(100, 50), budget=4.0, burst=4.0)
    assert caller.newly_called == 4


def test_a_lane_that_is_empty_now_and_then_still_pays_for_its_last_call() -> None:
    """One unknown device comes whenever none was there in the second before: a tenth of the calls, no more."""
    stand, pupils, unknown, came, called_unknown = Stand(), 0, 0, 0, 0
    for _ in range(40):
        pupil = Group(1, pupils, 1)
        others = [Group(3, unknown, 1)] if came > unknown else []
        caller = Caller(stand, [pupil, *others], forgiven=NOBODY)
        caller.call(Free(1, 1), budget=1.0, burst=1.0)
        assert caller.newly_called == 1
        stand = caller.stand()
        if stand.called[3] > unknown:
            unknown, called_unknown = unknown + 1, called_unknown + 1
        else:
            pupils += 1
        came += not others
    assert 3 <= called_unknown <= 6
