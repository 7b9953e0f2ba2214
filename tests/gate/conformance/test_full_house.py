"""A full house stays full, however many more people than places are in it."""

import pytest

from gate.conformance.conftest import MakeGate
from gate.conformance.test_entry import KEYRING, card_of
from preau.tokens import admission, ticket
from preau.tokens.admission import Pass
from preau.tokens.card import Role
from preau.tokens.ticket import Ticket


@pytest.mark.parametrize("lanes", [(1, 1, 1, 3), (3, 3, 3), (1, 1, 1)])
def test_a_house_with_more_people_than_places_is_full_for_everybody(
    make_gate: MakeGate, lanes: tuple[int, ...]
) -> None:
    gate = make_gate(2)
    now_s = gate.now_s()
    for number, lane in enumerate(lanes):
        held = Pass(expires_at_s=int(now_s) + 800, lane=lane, sid=f"insideINSI{number}")
        assert gate.ask("/", cookies={"passe": admission.mint(KEYRING, held, now_s=now_s)}).came_in
    arrived = Ticket(lane=3, order_key=int(now_s * 1_000_000) - 1000, tid="keepsKEEPS1")
    cards = [{"carnet": card_of(gate, role)} for role in (Role.PUPIL, Role.GUARDIAN)]
    for cookies in ({}, {"ticket": ticket.mint(KEYRING, arrived, now_s=now_s)}, *cards):
        assert gate.ask("/", cookies=cookies, source="127.0.0.2").waits
