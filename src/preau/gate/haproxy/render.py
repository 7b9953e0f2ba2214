"""A complete HAProxy edge as text: the configuration, its maps and its pages, from the settings alone.

Pure: the same settings and keys give the same files. ``preau edge render`` writes them; the agent rewrites the maps
while HAProxy runs.
"""

from gettext import gettext as _
from pathlib import Path
from string import Template
from typing import Final

import msgspec

from preau.gate.answers import refusal_json
from preau.gate.haproxy import maps, pages
from preau.gate.haproxy.settings import EdgeSettings
from preau.gate.page.render import SLOW_REFRESH_S, Pages
from preau.gate.rules.admission import UNPROVEN_S
from preau.gate.rules.plan import OPEN
from preau.gate.visitor import MAX_BACK_CHARS
from preau.tokens.seat import AFTER_LESSON_S

CONFIGURATION: Final = "haproxy.cfg"
TICKET_COOKIE_S: Final = 2 * 86_400
RETRY_AFTER_S: Final = 10
_TEMPLATE: Final = Path(__file__).with_name("haproxy.cfg")
_ID: Final = "[0-9A-Za-z_-]{11}"
_WAITING: Final = " hdr preau-gate waiting hdr cache-control no-store"


def render(settings: EdgeSettings, keys: maps.Lines, plan: maps.Lines, state_json: str) -> dict[str, str]:
    """Every file of the edge by its name in the folder.

    Args:
        settings: what the operator chose.
        keys, plan: the first content of these maps (``maps.key_lines``, ``maps.plan_lines``).
        state_json: the first ``/attente/etat.json``.
    """
    drawn = Pages()
    return {
        CONFIGURATION: _configuration(settings, drawn),
        "keys.map": maps.text_of(keys),
        "plan.map": maps.text_of(plan),
        "state.map": maps.text_of((("json", state_json),)),
        "wait.map": "",
        "lessons.map": "",
        **{f"standing{lane}.map": maps.text_of(maps.standing_lines({}, lane)) for lane in range(4)},
        "powers.map": maps.text_of(maps.power_lines()),
        "lengths.map": maps.text_of(maps.length_lines()),
        "squares.map": maps.text_of(pages.square_lines()),
        **{f"words_{voice.name}.map": maps.text_of(pages.word_lines(voice)) for voice in pages.VOICES},
        "errors.map": maps.text_of(_error_lines(drawn)),
        **_page_files(drawn),
    }


def _page_files(drawn: Pages) -> dict[str, str]:
    waiting = {
        f"waiting_{voice.name}_{pace}.html": pages.waiting_page(drawn, voice, pace)
        for voice in pages.VOICES
        for pace in pages.PACES
    }
    notices = {
        f"notice_{name}.html": pages.notice_page(drawn, **msgspec.structs.asdict(notice))
        for name, notice in pages.NOTICES.items()
    }
    return {**waiting, **notices}


def _error_lines(drawn: Pages) -> maps.Lines:
    """What HAProxy answers when the application does not: whole answers, so on one line each."""
    lines = []
    for voice, again in (("tu", _("réessaie dans une minute")), ("vous", _("réessayez dans une minute"))):
        notice = msgspec.structs.asdict(pages.NOTICES[f"resting_{voice}"])
        page = drawn.notice(**notice).decode()  # an empty address leads to the page that was asked for
        message = _("Préau reprend son souffle : {again}, rien n’est perdu.").format(again=again)
        lines += [(f"page.{voice}", page.replace("\n", " "))]
        lines += [(f"json.{voice}", refusal_json("app_unavailable", message).decode())]
    return tuple(lines)


def _configuration(settings: EdgeSettings, drawn: Pages) -> str:
    own = _own_headers(settings)
    fields = {
        **_places(settings),
        **_patterns(),
        **_limits(settings),
        "errors": _errors(settings, drawn),
        "peers": _peers(settings),
        "sync": " peers edges" if settings.peers else "",
        "wants_page": _wants_page(settings),
        "busy": _busy(),
        "totals": _totals(),
        "waiting": _waiting(settings, drawn, own),
        "responses": _responses(settings, drawn, own),
        "notice_headers": f' hdr cache-control no-store hdr content-security-policy "{drawn.csp}"{own}',
        "method_unknown": refusal_json("method_unknown", _("Cette façon de demander n’existe pas ici.")).decode(),
    }
    return Template(_TEMPLATE.read_text("utf-8")).substitute(fields)


def _places(settings: EdgeSettings) -> dict[str, str]:
    tls = f" ssl crt {settings.certificate} alpn h2,http/1.1" if settings.certificate else ""
    return {
        "folder": settings.folder,
        "bind": settings.bind,
        "bind_tls": tls,
        "global_tls": "    ssl-default-bind-options ssl-min-ver TLSv1.2\n    tune.ssl.default-dh-param 2048\n"
        if tls
        else "",
        "application": settings.application,
        "edge_secret": settings.edge_secret,
        "card": settings.cookies.card,
        "ticket": settings.cookies.ticket,
        "admission": settings.cookies.admission,
        "open_exact": " ".join(settings.open.exact),
        "open_prefixes": " ".join(settings.open.prefixes),
        "sign_in": " ".join(settings.school.sign_in),
        "write_lane": settings.school.write_lane,
    }


def _patterns() -> dict[str, str]:
    return {
        "kid": "[0-9]{1,6}-[0-9a-f]{4}",
        "integer": "(?:0|[1-9][0-9]{0,18})",
        "id": _ID,
        "mac": "[0-9A-Za-z_-]{22}",
    }


def _limits(settings: EdgeSettings) -> dict[str, str]:
    # Arrival keys are drawn for lane 3, and for lane 2 once it is served; a ticket of a lane not served is none.
    not_kept = "2" if settings.card_lane != 2 else ""  # noqa: PLR2004  the lane of cards
    return {
        "connections_max": str(settings.connections_max),
        "threads": str(settings.threads),
        "source_rate": str(settings.source_connections_per_10_s),
        "idle_s": str(settings.pass_idle_s),
        "unproven_s": str(UNPROVEN_S),
        "after_lesson_s": str(AFTER_LESSON_S),
        "offset_s": str(settings.clock_offset_s),
        "offset_ms": str(settings.clock_offset_s * 1000),
        "card_lane": str(settings.card_lane),
        "lanes_not_kept": not_kept,
        "open_mark": str(OPEN),
        "back_chars": str(MAX_BACK_CHARS),
        "school_width": str(settings.school_width),
        "homework_width": str(settings.homework_width),
        "homework_line": str(settings.homework_line),
        "sign_in_width": str(settings.sign_in_width),
        "sign_in_line": str(settings.sign_in_line),
        "sign_in_per_source": str(settings.sign_in_per_source),
    }


def _own_headers(settings: EdgeSettings) -> str:
    pairs = (("x-content-type-options", "nosniff"), *settings.headers)
    return "".join(f' hdr {name} "{value}"' for name, value in dict(pairs).items())


def _errors(settings: EdgeSettings, drawn: Pages) -> str:
    body = f'lf-string "%[var(txn.error),map_str({settings.folder}/errors.map)]"'
    head = f'{_WAITING} hdr retry-after {RETRY_AFTER_S} hdr content-security-policy "{drawn.csp}"'
    own = _own_headers(settings)
    return "\n".join(
        f'    http-error status {status} content-type "text/html; charset=utf-8" {body}{head}{own}'
        for status in (500, 502, 503, 504)
    )


def _peers(settings: EdgeSettings) -> str:
    if not settings.peers:
        return ""
    lines = "\n".join(f"    peer {name} {address}" for name, address in settings.peers)
    return f"peers edges\n{lines}\n"


def _wants_page(settings: EdgeSettings) -> str:
    """Whether a person reads the answer: ``gate.visitor.wants_page``."""
    json_first = "!{ var(txn.accept) -m reg '^(?:(?!json).)*text/html' }"
    other = "{ req.hdr(sec-fetch-dest) -m found } !{ req.hdr(sec-fetch-dest) -m str document iframe frame }"
    rules = [
        "set-var(txn.accept) req.fhdr(accept),lower",
        f"set-var(txn.as) str(json) if {{ var(txn.accept) -m sub json }} {json_first}",
        f"set-var(txn.as) str(json) if !{{ var(txn.accept) -m sub text/html }} {other}",
    ]
    if settings.school.scripts:
        scripts = " ".join(sorted(settings.school.scripts))
        rules.append(f"set-var(txn.as) str(json) if {{ var(txn.path) -m str {scripts} }}")
    rules.append("set-var(txn.error) var(txn.as),concat(.vous)")
    return "\n".join(f"    http-request {rule}" for rule in rules)


def _busy() -> str:
    """Today's and tomorrow's hours: twelve digits from the place of the week; Sunday's are followed by Monday's."""
    rule = (
        "    http-request set-var(txn.busy) var(txn.week),bytes({},12),hex2i if card {{ var(txn.weekday) -m int {} }}"
    )
    return "\n".join(rule.format(6 * weekday, weekday) for weekday in range(7))


def _totals() -> str:
    rule = "    http-request sc-inc-gpc({},2) if claim {{ var(txn.lane) -m int {} }}"
    return "\n".join(rule.format(lane + 1, lane) for lane in range(4))


def _waiting(settings: EdgeSettings, drawn: Pages, own: str) -> str:
    """The answers to who waits: for scripts, then the page in its voice and pace."""
    json_hdr = f"{_WAITING} hdr retry-after {RETRY_AFTER_S}{own}"
    full = _("Beaucoup de travaux arrivent en même temps : celui-ci reste sur l’appareil et repart bientôt.")
    kept = _("La place est gardée : {again}.")
    lines = [
        f"return status 503 content-type application/json string '{refusal_json('write_lane_full', full).decode()}'"
        f"{json_hdr} if wait post card {{ var(txn.path) -m beg {settings.school.write_lane} }}",
    ]
    for voice, again in (("tu", _("réessaie dans un instant")), ("vous", _("réessayez dans un instant"))):
        body = refusal_json("gate_waiting", kept.format(again=again)).decode()
        lines.append(
            f"return status 503 content-type application/json string '{body}'{json_hdr} "
            f"if wait {{ var(txn.as) -m str json }} {{ var(txn.voice) -m str {voice} }}"
        )
    lines += _standing(settings)
    csp = f' hdr content-security-policy "{drawn.csp}" hdr referrer-policy same-origin'
    paces = {
        "sent": "!safe",
        "paused": "room { url_param(pause) -m len ge 1 }",
        "slow": f"room {{ url_param(rythme) -m str {SLOW_REFRESH_S} }}",
        "usual": "",
    }
    others = "".join(f' hdr {name} "{value}"' for name, value in settings.headers if name != "referrer-policy")
    for voice in pages.VOICES:
        for pace, condition in paces.items():
            status = 503 if pace == "sent" else 200
            page = f'"text/html; charset=utf-8" lf-file {settings.folder}/waiting_{voice.name}_{pace}.html'
            lines.append(
                f"return status {status} content-type {page}{_WAITING}{csp} hdr x-content-type-options nosniff{others} "
                f"if wait {{ var(txn.reader) -m str {voice.name} }} {condition}".rstrip()
            )
    return "\n".join(f"    http-request {line}" for line in lines)


def _standing(settings: EdgeSettings) -> list[str]:
    """What the page says of one ticket: people before, words, squares, time to wait, what is offered meanwhile."""
    title, known, unknown = pages.unknown_wait()
    folder = settings.folder
    lines = [
        "set-var(txn.reader) str(stranger) if wait",
        "set-var(txn.reader) str(card) if wait card",
        "set-var(txn.reader) str(pupil) if wait pupil",
        "set-var(txn.reader) str(class) if wait pupil { var(txn.lane) -m int 1 } !{ var(txn.group) -m str -- - }",
        "set-var(txn.whole_lot) var(txn.tid),ub64dec,bytes(0,2),hex,hex2i,div(64) if wait",
        "set-var(txn.back_html) var(txn.back),regsub(&,&amp;,g)",
        "set-var(txn.back_query) var(txn.back),url_enc if wait",
        f"set-var(txn.sign_in) str({settings.school.sign_in[0]}) if wait !card",
        "set-var(txn.sign_in) var(txn.back_html) if wait !card sign_in",
    ]
    lines += [
        f"set-var(txn.people) var(txn.order),map_int_int({folder}/standing{lane}.map,0) "
        f"if wait {{ var(txn.lane) -m int {lane} }}"
        for lane in range(4)
    ]
    lines += [
        f"set-var(txn.words) var(txn.people),map_int({folder}/words_{voice.name}.map) "
        f"if wait {{ var(txn.reader) -m str {voice.name} }}"
        for voice in pages.VOICES
    ]
    lines += [
        f"set-var(txn.squares) var(txn.people),map_int({folder}/squares.map) if wait",
        f"set-var(txn.wait) var(txn.people),map_int({folder}/wait.map) if wait",
        f"set-var-fmt(txn.wait_title) '{title}' if wait",
        "set-var(txn.wait_title) var(txn.wait) if { var(txn.wait) -m found }",
        f"set-var-fmt(txn.about) '{unknown}' if wait",
        f"set-var-fmt(txn.about) '{known}' if {{ var(txn.wait) -m found }}",
        "set-var(txn.wait_class) str('big words') if wait",
        "set-var(txn.wait_class) str(big) if { var(txn.wait) -m reg ^[0-9] }",
    ]
    unknown_words = {voice.words.unknown_wait for voice in pages.VOICES}
    lines += [f"set-var-fmt(txn.wait) '{text}' if wait !{{ var(txn.wait) -m found }}" for text in unknown_words]
    return [*lines, *_meanwhile(folder)]


def _meanwhile(folder: str) -> list[str]:
    lessons = f"map_str({folder}/lessons.map)"
    lines = [
        "set-var(txn.who) var(txn.voice),concat(:,txn.group) if wait card",
        f"set-var(txn.lessons) var(txn.who),{lessons} if wait card",
        f"set-var(txn.section) str(section:),concat(,txn.group),{lessons} if wait card",
        "set-var(txn.who) var(txn.voice),concat(:-) if wait !{ var(txn.lessons) -m found }",
        f"set-var(txn.section) str(section:-),{lessons} if wait !{{ var(txn.lessons) -m found }}",
        f"set-var(txn.lessons) var(txn.who),{lessons} if wait !{{ var(txn.lessons) -m found }}",
        "set-var-fmt(txn.alone) ' class=\"one\"' if wait !{ var(txn.lessons) -m found }",
        "set-var(txn.since) sc2_get_gpt0 if wait card",
    ]
    for voice in pages.VOICES[:-1]:
        before, after = pages.noted_before_and_after(voice)
        lines.append(
            f"set-var-fmt(txn.noted_html) '{before}%[var(txn.since)]{after}' "
            f"if wait {{ var(txn.reader) -m str {voice.name} }} {{ var(txn.since) -m int gt 0 }}"
        )
    return lines


def _responses(settings: EdgeSettings, drawn: Pages, own: str) -> str:
    """What is done to answers: a place given back, a dead application masked, cookies added."""
    attributes = f"; Path=/; HttpOnly; SameSite=Lax{'; Secure' if settings.secure else ''}"
    names = settings.cookies
    masked = "{ status 502:504 } !{ res.hdr(preau-own-page) -m found } safe_request"
    page = 'content-type "text/html; charset=utf-8" lf-file ' + settings.folder
    head = f'{_WAITING} hdr retry-after {RETRY_AFTER_S} hdr content-security-policy "{drawn.csp}"{own}'
    left = "{ var(txn.gone) -m bool }"
    forgiven = "{ var(txn.forgive) -m bool } !{ var(txn.gone) -m bool }"
    kept = "!{ var(txn.leave) -m bool }"
    rules = [
        "http-response set-var(txn.answered) bool(true)",
        "http-response set-var(txn.leave) bool(true) if { res.hdr(preau-leave) -m found } "
        "{ var(txn.way) -m str stay claim }",
        "http-response set-var(txn.gone) bool(true) if { var(txn.leave) -m bool } { var(txn.way) -m str stay }",
        f"http-response track-sc1 var(txn.sid) table t_left if {left}",
        f"http-response sc-set-gpt0(1) 1 if {left}",
        f"http-response set-var(txn.free) str(t_all),concat(.,txn.sid) if {left}",
        f"http-response track-sc1 src,ipmask(32,64) table t_sources if {forgiven}",
        f"http-response sc-set-gpt0(0) 0 if {forgiven}",
        f"http-response set-var(txn.drawn) sc1_get_gpt0 if {forgiven}",
        f"http-response sc-set-gpt0(1) var(txn.drawn),sub(1) if {forgiven} {{ var(txn.drawn) -m int gt 0 }}",
        "http-response track-sc2 var(txn.free) table t_free if { var(txn.way) -m str stay } { var(txn.free) -m found }",
        *(
            f"http-response return status 503 {page}/notice_resting_{voice}.html{head} if {masked} "
            f"{{ var(txn.voice) -m str {voice} }}"
            for voice in ("tu", "vous")
        ),
        "http-response del-header preau-leave",
        "http-response del-header preau-own-page",
        'http-response set-header cache-control "private, no-cache" if own_cookie !{ res.fhdr(cache-control) -m sub private no-store }',
        # HAProxy's own errors: one status for all, and JSON for scripts.
        "http-after-response set-status 503 if { status 500 502 504 } !{ var(txn.answered) -m bool }",
        "http-after-response set-header content-type application/json if { status 503 } "
        "!{ var(txn.answered) -m bool } { var(txn.as) -m str json }",
        f'http-after-response add-header set-cookie "{names.ticket}=%[var(txn.new_ticket)]; Max-Age={TICKET_COOKIE_S}'
        f'{attributes}" if {{ var(txn.new_ticket) -m found }} {kept}',
        f'http-after-response add-header set-cookie "{names.admission}=%[var(txn.new_pass)]{attributes}" '
        f"if {{ var(txn.new_pass) -m found }} {kept}",
        *(
            f'http-after-response add-header set-cookie "{name}=; Max-Age=0{attributes}" if {{ var(txn.leave) -m bool }}'
            for name in (names.admission, names.ticket)
        ),
    ]
    acls = [
        "acl safe_request var(txn.mask) -m bool",
        "acl own_cookie var(txn.new_ticket) -m found",
        "acl own_cookie var(txn.new_pass) -m found",
        "acl own_cookie var(txn.leave) -m bool",
    ]
    return "\n".join(f"    {rule}" for rule in [*acls, *rules])
