"""The people of a bench: tokens signed with its secret, as the gate itself signs them."""

import secrets
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from preau.gate.rules.places import OTHERS, TIES
from preau.tokens import admission, card, ticket
from preau.tokens.admission import Pass
from preau.tokens.card import Card, Role
from preau.tokens.cookies import cookie_names
from preau.tokens.keyring import Keyring
from preau.tokens.ticket import Ticket

SECRET: Final = b"a secret of the bench, 32 bytes!"
KEYRING: Final = Keyring(SECRET)
NAMES: Final = cookie_names(secure=False)
PASS_LIFE_S: Final = 900
LESSON_HOURS: Final = 4
"""From the present hour on: the bench may run over the end of an hour."""


def a_ticket(*, age_s: float) -> tuple[str, str]:
    """A place of lane 3 drawn ``age_s`` ago: its tid and the cookie."""
    tid, now_s = secrets.token_urlsafe(8), time.time()
    order_key = int((now_s - age_s) * 1000) * TIES + secrets.randbelow(TIES)
    text = ticket.mint(KEYRING, Ticket(lane=OTHERS, order_key=order_key, tid=tid), now_s=now_s)
    return tid, f"{NAMES.ticket}={text}"


def a_pass(tid: str) -> str:
    """The cookie of somebody who has just entered."""
    now_s = time.time()
    held = Pass(expires_at_s=int(now_s + PASS_LIFE_S), lane=OTHERS, sid=tid)
    return f"{NAMES.admission}={admission.mint(KEYRING, held, now_s=now_s)}"


def a_card(name: str, group: str) -> str:
    """The cookie of a pupil who has a lesson now."""
    now_s = time.time()
    hour = int(now_s // 3600)
    held = Card(
        expires_at_s=card.expiry(now_s),
        role=Role.PUPIL,
        subject=KEYRING.pseudonym("subject", name),
        group=KEYRING.pseudonym("group", group),
        hours=card.hours_mask(set(range(hour, hour + LESSON_HOURS))),
    )
    return f"{NAMES.card}={card.mint(KEYRING, held, now_s=now_s)}"


def write_waiting(path: Path, people: int) -> Path:
    """``people`` tickets, drawn over the last ten minutes."""
    return _write(path, (a_ticket(age_s=600 * number / people)[1] for number in range(people)))


def write_inside(path: Path, people: int) -> Path:
    """``people`` with ticket and pass."""
    tickets = (a_ticket(age_s=600) for _ in range(people))
    return _write(path, (f"{cookie}; {a_pass(tid)}" for tid, cookie in tickets))


def _write(path: Path, lines: Iterable[str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines))
    return path
