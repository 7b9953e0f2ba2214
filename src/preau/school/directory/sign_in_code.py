"""The code of a class group, which pupils type first: eight characters, written ``XXXX-XXXX``. Pure.

28 characters that a child does not mistake for another on paper (no 0/O, 1/I, 2/Z, 5/S): 28^8 = 3.8e11 codes. It is
not a secret by itself: the pupil's own picture or word code comes after it.
"""

import random

ALPHABET = "ABCDEFGHJKLMNPQRTUVWXY346789"
LENGTH = 8


def draw(rng: random.Random) -> str:
    """A code, as stored. Give ``random.SystemRandom()`` but for fixed demo data."""
    return "".join(rng.choice(ALPHABET) for _ in range(LENGTH))


def written(code: str) -> str:
    """As printed and shown: ``XXXX-XXXX``."""
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


def read(typed: str) -> str | None:
    """The stored form of what was typed (small letters, blanks, any dash allowed), or None if it cannot be a code."""
    if len(typed) > 4 * LENGTH:  # blanks and dashes included; more is not typing
        return None
    code = "".join(c for c in typed.upper() if c.isalnum())
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else None
