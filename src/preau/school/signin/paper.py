"""Paper cards and new codes: what a teacher prints and renews.

A code exists in clear at one moment only, between drawing and printing; what stays is its digest. So a lost code is
never looked up: it is replaced.
"""

import random
from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec
import segno
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from preau.school.directory.grades import Section
from preau.school.directory.models import ClassGroup, Person
from preau.school.directory.selectors import leads, pupils_of
from preau.school.signin import codes
from preau.tokens import sign_in_card
from preau.tokens.keyring import DAY_S

_MAX_DRAWS: Final = 1000
"""Finding a code two places away from 60 others takes two draws at most in practice."""


class PaperCard(msgspec.Struct, frozen=True, kw_only=True):
    """One card to print. ``code`` (picture keys or words) only when it has just been drawn."""

    pupil: Person
    qr: SafeString
    has_code: bool
    code: tuple[str, ...] = ()
    is_new: bool = False


def may_print(person: Person, class_group: ClassGroup, now: datetime) -> bool:
    """The teachers of the class group and the head of its school."""
    return leads(person, class_group, timezone.localdate(now))


def cards_of(class_group: ClassGroup, *, now: datetime, renewed: dict[str, str]) -> list[PaperCard]:
    """A card for every pupil of the group, the renewed ones first.

    ``renewed``: by person, in hex, the code just drawn, or nothing when only the card is new.
    """
    cards = [
        PaperCard(
            pupil=pupil,
            qr=_qr(address_of(pupil, now=now)),
            has_code=bool(pupil.code_digest),
            code=tuple(part for part in renewed.get(pupil.pk.hex, "").split("-") if part),
            is_new=pupil.pk.hex in renewed,
        )
        for pupil in pupils_of(class_group, timezone.localdate(now))
    ]
    return sorted(cards, key=lambda card: not card.is_new)


def address_of(pupil: Person, *, now: datetime) -> str:
    """What the QR code says: the address that opens the sign-in of this pupil."""
    now_s = now.timestamp()
    content = sign_in_card.SignInCard(
        expires_at_s=int(now_s) + sign_in_card.LIFE_DAYS * DAY_S, person=pupil.pk.hex, generation=pupil.card_generation
    )
    return f"{settings.PREAU_PUBLIC_URL}/c/{sign_in_card.mint(settings.PREAU_KEYRING, content, now_s=now_s)}"


def _qr(address: str) -> SafeString:
    """Level M: a card that has been in a pencil case for a term still reads."""
    drawing = segno.make_qr(address, error="m").svg_inline(omitsize=True, svgclass="qr", lineclass=None, border=4)
    return mark_safe(drawing)  # noqa: S308  drawn by segno from an address that we have signed


def renew_card(pupil: Person) -> None:
    """Older cards of this pupil open nothing any more, and the devices where they are signed in are signed out.

    Django's sessions hold a hash of the password: a new unusable one ends them all.
    """
    pupil.set_unusable_password()
    Person.objects.filter(pk=pupil.pk).update(card_generation=F("card_generation") + 1, password=pupil.password)
    pupil.refresh_from_db(fields=["card_generation"])


def _give_code(pupil: Person, digest: str) -> None:
    """A code in place of another ends the sessions that the other opened; a first one interrupts nobody."""
    if pupil.code_digest:
        pupil.set_unusable_password()
    pupil.code_digest = digest
    pupil.save(update_fields=["code_digest", "password"])


def renew_codes(class_group: ClassGroup, pupils: Iterable[Person], rng: random.Random) -> dict[str, str]:
    """Draws and stores a new code for each of ``pupils``; returns them by person, in hex. The only time they are known.

    Only digests of the classmates' codes are kept, so distance 2 is kept by looking whether any code one place away has
    the digest of a classmate.
    """
    kind = codes.CodeKind.PICTURES if class_group.section == Section.ECOLE else codes.CodeKind.WORDS
    with transaction.atomic():
        ClassGroup.objects.select_for_update().get(pk=class_group.pk)
        members = class_group.memberships.values("person")
        renewed = {pupil.pk for pupil in pupils}
        others = Person.objects.filter(pk__in=members).exclude(pk__in=renewed).exclude(code_digest="")
        taken = set(others.values_list("code_digest", flat=True))
        drawn: dict[str, str] = {}
        for pupil in pupils:
            code = _free_code(class_group, rng, kind, taken, list(drawn.values()))
            drawn[pupil.pk.hex] = code
            _give_code(pupil, codes.digest(settings.PREAU_KEYRING, class_group.pk, code))
    return drawn


def _free_code(
    class_group: ClassGroup, rng: random.Random, kind: codes.CodeKind, taken: set[str], drawn: list[str]
) -> str:
    for _ in range(_MAX_DRAWS):
        (code,) = codes.draw_codes(rng, 1, kind, taken=drawn)
        near = (code, *codes.neighbours(code)) if taken else ()
        if not any(codes.digest(settings.PREAU_KEYRING, class_group.pk, other) in taken for other in near):
            return code
    raise ValueError("no free code was found")
