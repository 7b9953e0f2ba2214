"""What is done to answers: a place given back, a dead application masked, cookies added; and HAProxy's own errors."""

from typing import Final

from preau.gate.haproxy.settings import EdgeSettings

RETRY_AFTER_S: Final = 10
TICKET_COOKIE_S: Final = 2 * 86_400
WAITING: Final = " hdr preau-gate waiting hdr cache-control no-store"
_LEAVES: Final = "{ var(txn.gone) -m bool }"
_STAYS: Final = "{ var(txn.way) -m str stay }"


def own_headers(settings: EdgeSettings) -> str:
    """The security headers of a page of the edge."""
    pairs = {"x-content-type-options": "nosniff", "referrer-policy": "same-origin", **dict(settings.headers)}
    return "".join(f' hdr {name} "{value}"' for name, value in pairs.items())


def error_pages(settings: EdgeSettings, csp: str) -> str:
    """HAProxy's own errors: nobody listens behind, or nobody answers in time."""
    body = f'lf-string "%[var(txn.error),map_str({settings.folder}/errors.map)]"'
    head = f"{_resting_head(settings, csp)}"
    return "\n".join(
        f'    http-error status {status} content-type "text/html; charset=utf-8" {body}{head}'
        for status in (500, 502, 503, 504)
    )


def response_rules(settings: EdgeSettings, csp: str) -> str:
    """All rules on answers, those of the application first."""
    acls = [
        "acl masked var(txn.mask) -m bool",
        "acl own_cookie var(txn.new_ticket) -m found",
        "acl own_cookie var(txn.new_pass) -m found",
        "acl own_cookie var(txn.leave) -m bool",
        "acl personal res.fhdr(cache-control) -m sub private no-store",
        "acl answered var(txn.answered) -m bool",
    ]
    rules = [*_settling(), *_masking(settings, csp), *_cookies(settings)]
    return "\n".join(f"    {rule}" for rule in [*acls, *rules])


def _settling() -> list[str]:
    """Who leaves is remembered as gone; else what the first showing of a pass brings with it."""
    forgiven = f"{{ var(txn.forgive) -m bool }} !{_LEAVES}"
    leaves = "{ res.hdr(preau-leave) -m found } { var(txn.way) -m str stay claim }"
    rules = [
        "set-var(txn.answered) bool(true)",
        f"set-var(txn.leave) bool(true) if {leaves}",
        f"set-var(txn.gone) bool(true) if {{ var(txn.leave) -m bool }} {_STAYS}",
        f"track-sc1 var(txn.sid) table t_left if {_LEAVES}",
        f"sc-set-gpt0(1) 1 if {_LEAVES}",
        f"set-var(txn.free) str(t_all),concat(.,txn.sid) if {_LEAVES}",
        f"track-sc1 src,ipmask(32,64) table t_sources if {forgiven}",
        f"sc-set-gpt0(0) 0 if {forgiven}",
        f"set-var(txn.drawn) sc1_get_gpt0 if {forgiven}",
        f"sc-set-gpt0(1) var(txn.drawn),sub(1) if {forgiven} {{ var(txn.drawn) -m int gt 0 }}",
        f"track-sc2 var(txn.free) table t_free if {_STAYS} {{ var(txn.free) -m found }}",
    ]
    return [f"http-response {rule}" for rule in rules]


def _masking(settings: EdgeSettings, csp: str) -> list[str]:
    """A failure behind, when a page was wanted, becomes ours; for scripts HAProxy's own errors are JSON."""
    page = f'content-type "text/html; charset=utf-8" lf-file {settings.folder}'
    failed = "masked { status 502:504 } !{ res.hdr(preau-own-page) -m found }"
    rules = [
        f"http-response return status 503 {page}/notice_resting_{voice}.html{_resting_head(settings, csp)} "
        f"if {failed} {{ var(txn.voice) -m str {voice} }}"
        for voice in ("tu", "vous")
    ]
    private = 'set-header cache-control "private, no-cache" if own_cookie !personal'
    as_json = "set-header content-type application/json if { status 503 } !answered { var(txn.as) -m str json }"
    return [
        *rules,
        "http-response del-header preau-leave",
        "http-response del-header preau-own-page",
        f"http-response {private}",
        "http-after-response set-status 503 if { status 500 502 504 } !answered",
        f"http-after-response {as_json}",
    ]


def _cookies(settings: EdgeSettings) -> list[str]:
    """On every answer, whoever gives it: the ticket and the pass that were minted, or their end."""
    attributes = f"; Path=/; HttpOnly; SameSite=Lax{'; Secure' if settings.secure else ''}"
    names, leaves = settings.cookies, "{ var(txn.leave) -m bool }"
    values = {
        f"{names.ticket}=%[var(txn.new_ticket)]; Max-Age={TICKET_COOKIE_S}": "new_ticket",
        f"{names.admission}=%[var(txn.new_pass)]": "new_pass",
    }
    minted = [
        f'add-header set-cookie "{value}{attributes}" if {{ var(txn.{variable}) -m found }} !{leaves}'
        for value, variable in values.items()
    ]
    ended = [
        f'add-header set-cookie "{name}=; Max-Age=0{attributes}" if {leaves}'
        for name in (names.admission, names.ticket)
    ]
    return [f"http-after-response {rule}" for rule in [*minted, *ended]]


def _resting_head(settings: EdgeSettings, csp: str) -> str:
    return f'{WAITING} hdr retry-after {RETRY_AFTER_S} hdr content-security-policy "{csp}"{own_headers(settings)}'
