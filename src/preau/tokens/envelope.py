"""The one shape of every signed token: ``kind.kid.field.….mac``.

A token is ASCII text of fields separated by dots; the number of fields is fixed by its kind. Each field holds only
``[0-9A-Za-z_-]``, so that no field can contain the separator and two different field lists never give the same text
(the splicing bug of undelimited MAC inputs). The last field is the first 128 bits of HMAC-SHA256 over everything
before it, the dot included, as 22 characters of unpadded base64url. Verification order: length, shape, key, MAC
(constant time), and only then the meaning of the fields. Specification and vectors: docs/protocol/tokens.md.
"""

import hashlib
import hmac
import re
from binascii import b2a_base64
from enum import StrEnum

from preau.tokens.keyring import Keyring

MAX_TOKEN_CHARS = 400
"""No kind reaches 200 characters; a cookie longer than this is refused before anything is parsed."""

_FIELD = re.compile(r"[0-9A-Za-z_-]{1,64}", re.ASCII)
_FIELDS = re.compile(rf"{_FIELD.pattern}(?:\.{_FIELD.pattern})*", re.ASCII)
_MAC_CHARS = 22
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


class Refusal(StrEnum):
    """Why a token was refused. The text is the stable code of the wire and of the logs."""

    OVERSIZED = "token_oversized"
    MALFORMED = "token_malformed"
    WRONG_KIND = "token_wrong_kind"
    UNKNOWN_KEY = "token_unknown_key"
    FORGED = "token_forged"
    EXPIRED = "token_expired"


def _mac(key: bytes, prefix: str) -> str:
    digest = hmac.digest(key, prefix.encode("ascii"), hashlib.sha256)[:16]
    return b2a_base64(digest).translate(_URL_SAFE)[:_MAC_CHARS].decode("ascii")


def seal(keyring: Keyring, kind: str, fields: tuple[str, ...], *, now_s: float) -> str:
    """Signs ``fields`` as a token of ``kind`` with the key of the day of ``now_s`` (wall clock, seconds).

    Raises:
        ValueError: a field is empty, too long or outside the alphabet: the caller's mistake, never the client's.
    """
    kid = keyring.kid(now_s)
    prefix = ".".join((kind, kid, *fields))
    if prefix.count(".") != len(fields) + 1 or not _FIELDS.fullmatch(prefix):
        raise ValueError(f"token field out of alphabet: {fields!r}")
    return f"{prefix}.{_mac(keyring.key(kind, kid), prefix)}"


def unseal(
    keyring: Keyring, kind: str, text: str, *, count: int, now_s: float, max_age_days: int
) -> tuple[str, ...] | Refusal:
    """Returns the ``count`` fields of a genuine token, or why it is refused.

    ``max_age_days``: the oldest signing day accepted; for kinds without an expiry field, their only expiry.
    """
    if len(text) > MAX_TOKEN_CHARS:
        return Refusal.OVERSIZED
    parts = text.split(".")
    if parts[0] != kind:
        return Refusal.WRONG_KIND
    if len(parts) != count + 3 or not _FIELDS.fullmatch(text):
        return Refusal.MALFORMED
    kid = parts[1]
    if not keyring.accepts(kid, now_s=now_s, max_age_days=max_age_days):
        return Refusal.UNKNOWN_KEY
    prefix, _, mac = text.rpartition(".")
    if len(mac) != _MAC_CHARS or not hmac.compare_digest(mac, _mac(keyring.key(kind, kid), prefix)):
        return Refusal.FORGED
    return tuple(parts[2:-1])


def key_id(text: str) -> str:
    """The id of the key that a genuine token was signed with."""
    return text.split(".", 2)[1]


def read_int(field: str, *, below: int = 2**63) -> int | None:
    """A canonical non-negative decimal (no sign, no leading zero), or None: one text per value, in both engines."""
    if not field.isdigit() or not field.isascii() or (len(field) > 1 and field[0] == "0") or len(field) > 19:  # noqa: PLR2004  digits of 2**63
        return None
    value = int(field)
    return value if value < below else None
