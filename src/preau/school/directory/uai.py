"""The UAI code of an establishment: seven digits and a check letter. Pure.

Source: the rule of the ministry's *base centrale des établissements*; checked on 0751234J, 0010856A and 0921500F.
"""

import re

_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"  # 23: without I, O and Q
_DIGITS = re.compile(r"[0-9]{7}", re.ASCII)
LENGTH = 8


def check_letter(digits: str) -> str:
    """The letter that completes seven ``digits``.

    Raises:
        ValueError: if these are not seven ASCII digits.
    """
    if not _DIGITS.fullmatch(digits):
        raise ValueError("a UAI begins with seven digits")
    return _LETTERS[int(digits) % len(_LETTERS)]


def is_valid(code: str) -> bool:
    """Whether ``code`` is seven digits with their letter (capital)."""
    return len(code) == LENGTH and bool(_DIGITS.fullmatch(code[:-1])) and code[-1] == check_letter(code[:-1])
