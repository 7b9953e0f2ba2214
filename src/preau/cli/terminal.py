"""What the command prints: nothing that a file name can forge, and how it stops."""

import sys
import unicodedata
from typing import Final, NoReturn

import click

_OBEYED: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories: controls, marks that turn the writing round, halves of characters, ends of lines."""


def printable(text: str) -> str:
    r"""The text with what a terminal obeys, or cannot show, written out: a file name may hold a newline or ``\xff``."""
    shown = (char.encode("unicode_escape").decode() if unicodedata.category(char) in _OBEYED else char for char in text)
    return "".join(shown)


def stop(*sentences: str) -> NoReturn:
    """Says what the operator can correct, and ends with exit code 2."""
    for sentence in sentences:
        click.echo(sentence, err=True)
    sys.exit(2)
