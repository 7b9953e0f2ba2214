"""The published vectors of docs/protocol/tokens.md: what any engine must accept and refuse."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from preau.tokens import admission, card, challenge, class_link, seat, sign_in_card, ticket
from preau.tokens.envelope import Refusal
from preau.tokens.keyring import Keyring

VECTORS = json.loads((Path(__file__).parents[2] / "docs/protocol/vectors/tokens.json").read_text())
KINDS: dict[str, Any] = {
    module.KIND: module for module in (admission, card, challenge, class_link, seat, sign_in_card, ticket)
}


@pytest.fixture(scope="module")
def keyring() -> Keyring:
    return Keyring(*(bytes.fromhex(secret) for secret in VECTORS["secrets"]))


def named(vector: dict[str, Any]) -> str:
    return f"{vector['kind']}: {vector['note']}"


@pytest.mark.parametrize("vector", VECTORS["accepted"], ids=named)
def test_a_genuine_token_gives_its_fields(keyring: Keyring, vector: dict[str, Any]) -> None:
    verdict = KINDS[vector["kind"]].verify(keyring, vector["token"], now_s=vector["now_s"])
    assert msgspec.to_builtins(verdict) == vector["fields"]


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=named)
def test_any_other_token_is_refused_for_the_stated_reason(keyring: Keyring, vector: dict[str, Any]) -> None:
    verdict = KINDS[vector["kind"]].verify(keyring, vector["token"], now_s=vector["now_s"])
    assert verdict == Refusal(vector["refusal"])


@pytest.mark.parametrize("vector", VECTORS["pseudonyms"], ids=lambda vector: vector["purpose"])
def test_pseudonyms_are_the_published_ones(keyring: Keyring, vector: dict[str, str]) -> None:
    assert keyring.pseudonym(vector["purpose"], vector["identity"]) == vector["pseudonym"]


@pytest.mark.parametrize("vector", VECTORS["bindings"], ids=lambda vector: vector["browser_secret"])
def test_the_binding_of_a_browser_is_the_published_one(keyring: Keyring, vector: dict[str, str]) -> None:
    assert seat.is_browser_secret(vector["browser_secret"])
    assert seat.binding_of(keyring, vector["browser_secret"]) == vector["binding"]


@pytest.mark.parametrize("vector", VECTORS["puzzles"], ids=lambda vector: vector["note"])
def test_a_puzzle_is_solved_by_its_number_alone(keyring: Keyring, vector: dict[str, Any]) -> None:
    puzzle = challenge.Puzzle(vector["salt"], vector["challenge"], vector["signature"])
    assert challenge.solve(puzzle) == vector["number"]
    [solved] = [one for one in VECTORS["accepted"] if one["token"] == challenge.solution(puzzle, vector["number"])]
    about = challenge.Challenge(**solved["fields"])
    assert challenge.issue(keyring, about, number=vector["number"], now_s=solved["now_s"]) == puzzle


def test_every_kind_has_a_vector_of_each_sort() -> None:
    for sort in ("accepted", "refused"):
        assert {vector["kind"] for vector in VECTORS[sort]} == set(KINDS)
