"""When work was received, said by the letterbox and by nobody else."""

import pytest

from preau.tokens import receipt
from preau.tokens.envelope import Refusal, seal
from preau.tokens.keyring import DAY_S, Keyring

NOW_S = 1_795_422_600.5
KEYRING = Keyring(bytes(32))


def a_receipt(**changed: float) -> str:
    return receipt.mint(KEYRING, b"{}", **{"received_at_s": NOW_S - 3600, "now_s": NOW_S, **changed})


def test_it_says_when_the_body_was_received() -> None:
    assert receipt.read(KEYRING, a_receipt(), b"{}", now_s=NOW_S + 1) == NOW_S - 3600
    weeks_ago_s = NOW_S - 21 * DAY_S
    assert receipt.read(KEYRING, a_receipt(received_at_s=weeks_ago_s), b"{}", now_s=NOW_S) == weeks_ago_s


def test_it_dates_no_other_body_and_nothing_in_the_future() -> None:
    assert receipt.read(KEYRING, a_receipt(), b"{ }", now_s=NOW_S) is Refusal.MALFORMED
    assert receipt.read(KEYRING, a_receipt(received_at_s=NOW_S + 60), b"{}", now_s=NOW_S) == NOW_S


@pytest.mark.parametrize(
    "text", ["", "r1", "1795422600500", a_receipt()[:-1] + "_", a_receipt().replace("r1", "t1", 1)]
)
def test_nobody_makes_one_up(text: str) -> None:
    assert isinstance(receipt.read(KEYRING, text, b"{}", now_s=NOW_S), Refusal)
    assert receipt.read(Keyring(b"another secret, 32 bytes or more"), a_receipt(), b"{}", now_s=NOW_S) in Refusal


def test_a_genuine_mac_does_not_excuse_a_field_that_means_nothing() -> None:
    text = seal(KEYRING, receipt.KIND, ("-1", receipt._name_of(b"{}")), now_s=NOW_S)
    assert receipt.read(KEYRING, text, b"{}", now_s=NOW_S) is Refusal.MALFORMED
