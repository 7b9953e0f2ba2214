"""Keys by purpose and day, derived from the installation's secret by HKDF-SHA256 (RFC 5869).

A key id (*kid*) is the day of signing: days since 1970-01-01 UTC, in decimal. Nothing is stored and nothing has to be
distributed at midnight: every edge that holds the secret derives today's key and yesterday's alike. Rotation of the
secret itself: the new one first, older ones after it; tokens name the generation they were signed with, and what is
kept in databases stays with the oldest.
"""

import base64
import hashlib
import hmac
from functools import lru_cache

DAY_S = 86_400
FUTURE_DAYS = 1
"""A clock ahead of ours by minutes round midnight must not be a forgery."""


@lru_cache(maxsize=4096)  # purposes x accepted days: 8 x 400 at most
def _hkdf(secret: bytes, purpose: str, when: str) -> bytes:
    pseudo_random_key = hmac.digest(b"preau/v1", secret, hashlib.sha256)
    return hmac.digest(pseudo_random_key, f"{purpose}|{when}\x01".encode(), hashlib.sha256)


class Keyring:
    """The signing keys of one installation.

    Args:
        secrets: at least 32 bytes each, newest first. The first signs, all verify.
    """

    def __init__(self, *secrets: bytes) -> None:
        if not secrets or any(len(secret) < 32 for secret in secrets):  # noqa: PLR2004  bytes of SHA-256
            raise ValueError("a keyring needs secrets of at least 32 bytes")
        self._by_generation = {hashlib.sha256(b"kid" + secret).hexdigest()[:4]: secret for secret in secrets}
        self._signing = next(iter(self._by_generation))
        self._founding = next(reversed(self._by_generation))

    def kid(self, now_s: float) -> str:
        """The id of the key that signs at ``now_s``: ``<day>-<generation>``."""
        return f"{int(now_s // DAY_S)}-{self._signing}"

    def kids(self, day: int) -> tuple[str, ...]:
        """The ids of all keys of ``day``, the signing generation first: what an edge is given that holds no secret."""
        return tuple(f"{day}-{generation}" for generation in self._by_generation)

    def accepts(self, kid: str, *, now_s: float, max_age_days: int) -> bool:
        """Whether ``kid`` names a known secret and a day in [today - ``max_age_days``, tomorrow]."""
        day, _, generation = kid.partition("-")
        if generation not in self._by_generation or not day.isdigit() or len(day) > 6:  # noqa: PLR2004  year 4707
            return False
        if day != str(int(day)):
            return False  # one text per day, or a leading zero would name a second key for it
        today = int(now_s // DAY_S)
        return today - max_age_days <= int(day) <= today + FUTURE_DAYS

    def key(self, purpose: str, kid: str) -> bytes:
        """The 32-byte key of ``purpose`` for an accepted ``kid``."""
        day, _, generation = kid.partition("-")
        return _hkdf(self._by_generation[generation], purpose, day)

    def standing_key(self, purpose: str) -> bytes:
        """A key that does not change by day, for pseudonyms and codes kept in a database.

        Of the oldest secret held: a new secret in front must not make every pupil's code and pseudonym another one.
        Only dropping the oldest secret does, and then codes are drawn anew.
        """
        return _hkdf(self._by_generation[self._founding], purpose, "standing")

    def pseudonym_key(self, purpose: str) -> bytes:
        """The key of the pseudonyms of ``purpose``: what an edge is given that holds no secret and makes its own."""
        return self.standing_key(f"pseudonym/{purpose}")

    def pseudonym(self, purpose: str, identity: str) -> str:
        """64 bits of HMAC of ``identity`` as 11 base64url characters: stable, linkable only by who holds the secret."""
        digest = hmac.digest(self.pseudonym_key(purpose), identity.encode(), hashlib.sha256)[:8]
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
