"""Which tokens were refused, and why: counted on the way out, where nobody waits for it.

The rules that read tokens say only that a text is none. Here the reason is found in the order of
docs/protocol/tokens.md, for the texts that were refused and for nobody else. The counts are variables of the process:
the agent reads them.
"""

from typing import Final, NamedTuple

from preau.gate.haproxy.maps import OLDEST_DAYS
from preau.tokens.envelope import MAX_TOKEN_CHARS, Refusal
from preau.tokens.ticket import LANES


class Shown(NamedTuple):
    """A kind of token that cookies carry: the variable with its refused text, its fields, and their exact form."""

    kind: str
    variable: str
    fields: int
    exact: str
    expires: bool


KINDS: Final = (
    Shown("p1", "txn.bad_p", 3, r"$integer\.[0-3]\.$id", expires=True),
    Shown("t1", "txn.bad_t", 3, r"[0-3]\.$integer\.$id", expires=False),
    Shown("c1", "txn.bad_c", 5, r"$integer\.[ptsg]\.$id\.(?:-|$id)\.[0-9a-f]{42}", expires=True),
)
DRAWN: Final = tuple(f"drawn_{lane}" for lane in range(LANES))
"""Tickets of new people, by lane."""

FIGURES: Final = ("refused", *DRAWN, *(refusal.value for refusal in Refusal))
"""What is counted: answers that told to wait, tickets of new people, and refused tokens by reason."""


def declared() -> str:
    """The figures as the global section declares them."""
    return "\n".join(f"    set-var proc.{name} int(0)" for name in FIGURES)


def counted(name: str) -> str:
    """The action that counts one more."""
    return f"set-var(proc.{name}) var(proc.{name}),add(1)"


def drawn() -> str:
    """The rules that count a ticket of somebody who had none."""
    rule = "    http-request {} if !ticket {{ var(txn.lane) -m int {} }}"
    return "\n".join(rule.format(counted(name), lane) for lane, name in enumerate(DRAWN))


def rules(folder: str, *, offset_s: int) -> str:
    """The rules of a section, to stand behind its others, with the patterns of the template in them."""
    # The patterns of the fields are the template's, so this text is one too.
    nothing = " ".join(f"!{{ var({shown.variable}) -m found }}" for shown in KINDS)
    lines = [
        f"allow if {nothing}",
        f"set-var(res.today) date({offset_s}),div(86400)",
    ]
    for shown in KINDS:
        lines += _reason(shown, folder, offset_s)
    return "\n".join(f"    http-after-response {line}" for line in lines)


def _reason(shown: Shown, folder: str, offset_s: int) -> list[str]:
    kind, text = shown.kind, f"var({shown.variable})"
    why, key, mac, exp = (f"res.{name}_{kind}" for name in ("why", "key", "mac", "exp"))
    last, was_refused = shown.fields + 3, f"{{ {text} -m found }}"
    shape = f"{{ {text} -m reg '^{kind}(?:\\.[0-9A-Za-z_-]{{1,64}}){{{last - 1}}}\\z' }}"
    exact = f"{{ {text} -m reg '^{kind}\\.$kid\\.{shown.exact}\\.$mac\\z' }}"
    age = f"{{ {text},field(2,.),field(1,-),neg,add(res.today),add(1) -m int 0:{OLDEST_DAYS[kind] + 1} }}"
    known = f"{{ var({key}) -m found }}"
    genuine = f"{{ var({mac}) -m found }} {{ {text},field({last},.),secure_memcmp({mac}) }}"
    lines = [
        f"set-var({why}) str({Refusal.MALFORMED}) if {was_refused}",
        f"set-var({why}) str({Refusal.UNKNOWN_KEY}) if {shape}",
        f"set-var({key}) {text},field(1,.,2),map_str({folder}/keys.map) if {shape}",
        f"set-var({mac}) {text},field(1,.,{last - 1}),hmac(sha256,{key}),bytes(0,16),ub64enc if {known} {age}",
        f"set-var({why}) str({Refusal.FORGED}) if {{ var({mac}) -m found }}",
        f"set-var({why}) str({Refusal.MALFORMED}) if {genuine}",
    ]
    if shown.expires:
        lines += [
            f"set-var({exp}) {text},field(3,.),add(0) if {exact} {genuine}",
            f"set-var({why}) str({Refusal.EXPIRED}) if {{ date({offset_s}),sub({exp}) -m int ge 0 }}",
        ]
    lines += [
        f"set-var({why}) str({Refusal.WRONG_KIND}) if {was_refused} !{{ {text},field(1,.) -m str {kind} }}",
        f"set-var({why}) str({Refusal.OVERSIZED}) if {{ {text} -m len gt {MAX_TOKEN_CHARS} }}",
    ]
    return lines + [f"{counted(refusal.value)} if {{ var({why}) -m str {refusal} }}" for refusal in Refusal]
