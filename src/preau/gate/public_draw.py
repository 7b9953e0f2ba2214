"""``/attente/tirage.json``: what anybody needs to check the daily lottery of the classes, the same for everybody."""

from typing import Any, Final

import msgspec

from preau.gate.answers import JSON, Answer, headers_of_kind
from preau.gate.rules.lottery import commitment, next_term, past_terms, rank_key, term_of
from preau.tokens.keyring import DAY_S, Keyring

VERSION: Final = 1
CACHED_S: Final = 3600
"""It changes twice a year."""


def public_draw(keyring: Keyring, *, now_s: float) -> Answer:
    """The answer to who asks for it."""
    headers = headers_of_kind(JSON, ("cache-control", f"public, max-age={CACHED_S}"))
    return Answer(status=200, body=draw_json(keyring, now_s=now_s), headers=headers)


def draw_json(keyring: Keyring, *, now_s: float) -> bytes:
    """The present and the next term with their commitments, and the keys of the terms that are over."""
    today = int(now_s // DAY_S)
    term = term_of(today)
    document = {
        "v": VERSION,
        **_promised(keyring, term),
        "next": _promised(keyring, next_term(term)),
        "revealed": [{**_promised(keyring, past), "key": rank_key(keyring, past).hex()} for past in past_terms(today)],
    }
    return msgspec.json.encode(document)


def _promised(keyring: Keyring, term: str) -> dict[str, Any]:
    return {"term": term, "commitment": commitment(rank_key(keyring, term))}
