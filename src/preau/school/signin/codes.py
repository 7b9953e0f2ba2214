"""Picture codes and word codes: what a pupil without e-mail knows by heart. Pure.

An école pupil taps four pictures of twenty in order, all different; a collège or lycée pupil writes three words. A code
is only looked for inside one class group, whose own code comes first. Within a class any two codes differ in at least
two places, so that one wrong tap is a mistake and never a classmate. The space is small (20 x 19 x 18 x 17 = 116,280
picture codes), so no hash alone could protect a stolen database: what is stored is an HMAC under a key not in it.
"""

import hashlib
import hmac
import random
import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from typing import Final
from uuid import UUID

from preau.school.signin.words import WORDS
from preau.tokens.keyring import Keyring

PICTURES: Final[dict[str, str]] = {
    "chat": "chat",
    "lune": "lune",
    "maison": "maison",
    "arbre": "arbre",
    "etoile": "étoile",
    "bateau": "bateau",
    "poisson": "poisson",
    "fleur": "fleur",
    "soleil": "soleil",
    "velo": "vélo",
    "cle": "clé",
    "pomme": "pomme",
    "livre": "livre",
    "ballon": "ballon",
    "nuage": "nuage",
    "oiseau": "oiseau",
    "feuille": "feuille",
    "coeur": "cœur",
    "cloche": "cloche",
    "escargot": "escargot",
}
"""Key in codes and of the drawing -> word under the picture. The keys never change: digests are made of them."""

PICTURES_IN_CODE: Final = 4
WORDS_IN_CODE: Final = 3
LONGEST_CODE_CHARS: Final = 80
"""Three words of ten letters with generous blanks; longer is not typing."""
_MAX_CODES: Final = 500
"""Of one class group. The largest we know have 60; drawing stays instant up to here."""
_MAX_DRAWS: Final = 100_000
"""With 500 codes taken, a draw collides less than once in three."""


class CodeKind(StrEnum):
    """What the codes of a class group are made of."""

    PICTURES = "pictures"
    WORDS = "words"


def read_pictures(keys: Sequence[str]) -> str | None:
    """The code of four picture keys in the order tapped, or None."""
    if len(keys) != PICTURES_IN_CODE or any(key not in PICTURES for key in keys):
        return None
    return "-".join(keys)


def read_words(typed: str) -> str | None:
    """The code of three typed words, whatever case, accents, dashes, commas or blanks; None if it cannot be one."""
    if len(typed) > LONGEST_CODE_CHARS:
        return None
    folded = unicodedata.normalize("NFKD", typed.casefold().replace("œ", "oe"))
    words = "".join(c if c.isascii() and c.isalpha() else " " for c in folded if not unicodedata.combining(c)).split()
    return "-".join(words) if len(words) == WORDS_IN_CODE else None


def spoken(code: str) -> str:
    """A code as it is printed and said: ``chat, lune, clé, pomme`` or ``lampe-violon-citron``."""
    parts = code.split("-")
    return ", ".join(PICTURES[part] for part in parts) if len(parts) == PICTURES_IN_CODE else code


def distance(left: str, right: str) -> int:
    """In how many places two codes of one kind differ."""
    return sum(a != b for a, b in zip(left.split("-"), right.split("-"), strict=True))


def draw_codes(rng: random.Random, count: int, kind: CodeKind, *, taken: Sequence[str] = ()) -> list[str]:
    """``count`` new codes, at pairwise distance of 2 or more, also from those ``taken``.

    Give ``random.SystemRandom()`` but for fixed demo data. Cost: count x (count + taken).

    Raises:
        ValueError: more codes are asked for than one class group may have.
    """
    if count + len(taken) > _MAX_CODES:
        raise ValueError(f"a class group has at most {_MAX_CODES} codes")
    drawn: list[str] = []
    for _ in range(_MAX_DRAWS):
        if len(drawn) == count:
            return drawn
        code = draw_code(rng, kind)
        if all(distance(code, other) > 1 for other in (*taken, *drawn)):
            drawn.append(code)
    raise ValueError("no free code was found")


def draw_code(rng: random.Random, kind: CodeKind) -> str:
    """One code: four different pictures, or three different words."""
    if kind is CodeKind.PICTURES:
        return "-".join(rng.sample(list(PICTURES), PICTURES_IN_CODE))
    return "-".join(rng.sample(WORDS, WORDS_IN_CODE))


def neighbours(code: str) -> list[str]:
    """Every code one place away: what a new code must not be, when only the digests of the others are kept."""
    parts = code.split("-")
    choices = tuple(PICTURES) if len(parts) == PICTURES_IN_CODE else WORDS
    return [
        "-".join((*parts[:place], other, *parts[place + 1 :]))
        for place in range(len(parts))
        for other in choices
        if other != parts[place]
    ]


def digest(keyring: Keyring, class_group_id: UUID, code: str) -> str:
    """What is stored of a code: hexadecimal HMAC-SHA256 of the class group and the code."""
    text = f"{class_group_id.hex}|{code}".encode()
    return hmac.digest(keyring.standing_key("pupil-code"), text, hashlib.sha256).hex()
