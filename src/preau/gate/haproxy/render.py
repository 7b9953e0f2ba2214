"""A complete HAProxy edge as text: the configuration, its maps and its pages, from the settings alone.

Pure: the same settings and keys give the same files. ``preau edge render`` writes them; the agent rewrites the maps
while HAProxy runs.
"""

from collections.abc import Mapping
from gettext import gettext as _
from pathlib import Path
from string import Template
from typing import Final

import msgspec

from preau.gate.answers import refusal_json
from preau.gate.body import SCHOOL_BODY, SIGN_IN_BODY, UPLOADS_PER_VISITOR, WHOLE_BYTES
from preau.gate.doorkeeper import TICKET_COOKIE_S
from preau.gate.favours import CHALLENGE_PATH, CHALLENGE_REFUSED
from preau.gate.hall import DRAW_PATH, SOLVER_CACHED_S
from preau.gate.haproxy import maps, pages, refusals
from preau.gate.haproxy.responses import error_pages, own_headers, resting_head
from preau.gate.haproxy.rule_numbers import rule_numbers
from preau.gate.haproxy.settings import EdgeSettings
from preau.gate.haproxy.waiting import waiting_rules
from preau.gate.page.render import SOLVER_PATH, Pages
from preau.gate.public_draw import CACHED_S
from preau.gate.rules.calling import OPEN
from preau.gate.rules.discount import discounted_key
from preau.gate.rules.places import OTHERS
from preau.gate.visitor import MAX_BACK_CHARS
from preau.tokens.challenge import MAX_NUMBER, SHOWN_DIGITS
from preau.tokens.ticket import LANES

CONFIGURATION: Final = "haproxy.cfg"
_TEMPLATES: Final = Path(__file__).parent / "config"
PARTS: Final = (
    *("names", "shown", "way_back", "draws", "new_ticket", "stays", "claims", "waits"),
    *("to_the_application", "settles", "own_errors", "masks", "cookies", "room"),
    *("too_large", "too_slow", "uploads", "class_link", "favours", "rare_pages"),
)
"""Files beside the template, in an order in which each may hold those before it."""

_ID: Final = "[0-9A-Za-z_-]{11}"


def render(
    settings: EdgeSettings, keys: maps.Lines, plan: maps.Lines, state_json: str, draw_json: str
) -> dict[str, str]:
    """Every file of the edge by its name in the folder.

    Args:
        settings: what the operator chose.
        keys: the first content of this map (``maps.key_lines``).
        plan: of this one (``maps.plan_lines``).
        state_json: the first ``/attente/etat.json``.
        draw_json: the first ``/attente/tirage.json``.
    """
    drawn = Pages()
    return {
        CONFIGURATION: _configuration(settings, drawn),
        "keys.map": maps.text_of(keys),
        "plan.map": maps.text_of(plan),
        "state.map": maps.text_of((("json", state_json),)),
        "draw.map": maps.text_of((("json", draw_json),)),
        "wait.map": "",
        "lessons.map": "",
        **{f"standing{lane}.map": maps.text_of(maps.standing_lines({}, lane)) for lane in range(4)},
        "powers.map": maps.text_of(maps.power_lines()),
        "lengths.map": maps.text_of(maps.length_lines()),
        "squares.map": maps.text_of(pages.square_lines()),
        **{f"words_{voice.name}.map": maps.text_of(pages.word_lines(voice)) for voice in pages.VOICES},
        "errors.map": maps.text_of(_error_lines(drawn)),
        **_page_files(drawn, settings.folder),
    }


def _page_files(drawn: Pages, folder: str) -> dict[str, str]:
    waiting = {
        kind.file(voice, pace): pages.waiting_page(drawn, kind, voice, pace, folder=folder)
        for kind in pages.KINDS
        for voice in kind.voices
        for pace in pages.PACES
    }
    notices = {
        f"notice_{name}.html": pages.notice_page(drawn, **msgspec.structs.asdict(notice))
        for name, notice in pages.NOTICES.items()
    }
    return {**waiting, **notices, "solver.js": drawn.solver.decode()}


def _error_lines(drawn: Pages) -> maps.Lines:
    """What HAProxy answers when the application does not: whole answers, so on one line each."""
    lines = []
    for voice, again in (("tu", _("réessaie dans une minute")), ("vous", _("réessayez dans une minute"))):
        notice = msgspec.structs.asdict(pages.NOTICES[f"resting_{voice}"])
        page = drawn.notice(**notice).decode()  # an empty address leads to the page that was asked for
        message = _("Préau reprend son souffle : {again}, rien n’est perdu.").format(again=again)
        said = "tu" if voice == "tu" else ""
        lines += [(f"error::{said}", page.replace("\n", " "))]
        lines += [(f"error:json:{said}", refusal_json("app_unavailable", message).decode())]
    return tuple(lines)


def _configuration(settings: EdgeSettings, drawn: Pages) -> str:
    """The template, with the parts for the single cases in their places."""
    fields = {
        **_places(settings),
        **_patterns(),
        **_limits(settings),
        **rule_numbers(),
        **_answers(settings, drawn.csp),
        **_favours(settings, drawn),
        "peers": _peers(settings),
        "local_peer": f"    localpeer {settings.own_name}\n" if settings.peers else "",
        "sync": " peers edges" if settings.peers else "",
        "wants_page": _wants_page(settings),
        "busy": _busy(),
        "figures": refusals.declared(),
        "drawn": refusals.drawn(),
        "refusals": Template(refusals.rules(settings.folder, offset_s=settings.clock_offset_s)).substitute(_patterns()),
        "totals": _totals(),
        **_servers(settings),
    }
    fields["pass_in_stays"] = _part("new_pass", {"on": "tcp-request content", **fields})
    fields["pass_of_a_claim"] = _part("new_pass", {"on": "http-request", **fields})
    for part in PARTS:
        fields[part] = _part(part, fields)
    return _part("haproxy", fields)


def _part(name: str, fields: Mapping[str, str]) -> str:
    text = (_TEMPLATES / f"{name}.cfg").read_text("utf-8")
    return Template(text).substitute(fields).rstrip("\n") + ("\n" if name == "haproxy" else "")


def _answers(settings: EdgeSettings, csp: str) -> dict[str, str]:
    """What the edge itself answers."""
    return {
        "errors": error_pages(settings, csp),
        "waiting": waiting_rules(settings, csp),
        "resting_headers": resting_head(settings, csp),
        "notice_headers": f' hdr cache-control no-store hdr content-security-policy "{csp}"{own_headers(settings)}',
        "too_large_json": refusal_json("body_too_large", _("Cet envoi est trop gros pour être reçu ici.")).decode(),
        "too_slow_json": refusal_json("body_slow", pages.NOTICES["slow"].text).decode(),
        "uploads_full_json": refusal_json("uploads_full", pages.NOTICES["uploads_full"].text).decode(),
        "method_unknown": refusal_json("method_unknown", _("Cette façon de demander n’existe pas ici.")).decode(),
        "ticket_cookie_s": str(TICKET_COOKIE_S),
        "cookie_attributes": f"; Path=/; HttpOnly; SameSite=Lax{'; Secure' if settings.secure else ''}",
    }


def _favours(settings: EdgeSettings, drawn: Pages) -> dict[str, str]:
    """Class links, challenges, and what waiting pages say of a gate that is suspended."""
    return {
        "sign_in_page": settings.school.sign_in[0],
        "day_page": settings.school.day,
        "favour_paths": f"{CHALLENGE_PATH} {SOLVER_PATH} {DRAW_PATH}",
        "challenge_path": CHALLENGE_PATH,
        "solver_path": SOLVER_PATH,
        "draw_path": DRAW_PATH,
        "challenge_refused": CHALLENGE_REFUSED.decode(),
        "solver_cached_s": str(SOLVER_CACHED_S),
        "draw_cached_s": str(CACHED_S),
        "most_number": str(MAX_NUMBER),
        "numbers": str(MAX_NUMBER + 1),
        "shown_digits": str(SHOWN_DIGITS),
        "discount": str(discounted_key(0, earlier=-1)),
        "suspended_page": str(maps.SUSPENDED_PAGE),
        "puzzle_page": str(maps.PUZZLE_PAGE),
        "suspended": waiting_rules(settings, drawn.csp, pages.SUSPENDED),
        "puzzle": waiting_rules(settings, drawn.csp_with_solver, pages.PUZZLE),
    }


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
        "live": settings.school.live,
    }


def _patterns() -> dict[str, str]:
    return {
        "kid": "[0-9]{1,6}-[0-9a-f]{4}",
        "integer": _integers_below(2**63),
        "id": _ID,
        "mac": "[0-9A-Za-z_-]{22}",
        "good_way_back": "^/(?!/)(?!attente/)[A-Za-z0-9._~!$()*+,;=:@%/?&-]*\\z",
    }


def _integers_below(limit: int) -> str:
    """A pattern of the canonical decimals below ``limit``: what is larger would be cut to another number."""
    digits = str(limit - 1)
    ways = ["0", f"[1-9][0-9]{{0,{len(digits) - 2}}}", digits]
    for place, digit in enumerate(digits):
        least = 0 if place else 1
        if int(digit) > least:
            ways.append(f"{digits[:place]}[{least}-{int(digit) - 1}][0-9]{{{len(digits) - 1 - place}}}")
    return f"(?:{'|'.join(ways)})"


def _limits(settings: EdgeSettings) -> dict[str, str]:
    return {
        "connections_max": str(settings.connections_max),
        # HAProxy would count a second descriptor for every connection; most of them wait, and need none behind.
        "descriptors": f"    ulimit-n {settings.descriptors}\n    no strict-limits\n" if settings.descriptors else "",
        "threads": str(settings.threads),
        "source_rate": str(settings.source_connections_per_10_s),
        "idle_s": str(settings.pass_idle_s),
        "offset_s": str(settings.clock_offset_s),
        "offset_ms": str(settings.clock_offset_s * 1000),
        "open_mark": str(OPEN),
        "back_chars": str(MAX_BACK_CHARS),
        "school_width": str(settings.school_width),
        "homework_per_card": str(settings.homework_per_card),
        "homework_line": str(settings.homework_line),
        "sign_in_bytes": str(SIGN_IN_BODY.most_bytes),
        "school_bytes": str(SCHOOL_BODY.most_bytes),
        "whole_bytes": str(WHOLE_BYTES),
        "uploads_per_visitor": str(UPLOADS_PER_VISITOR),
        "sign_in_line": str(settings.sign_in_line),
        "sign_in_per_source": str(settings.sign_in_per_source),
    }


def _peers(settings: EdgeSettings) -> str:
    if not settings.peers:
        return ""
    lines = "\n".join(f"    peer {name} {address}" for name, address in settings.peers)
    return f"peers edges\n{lines}\n"


def _wants_page(settings: EdgeSettings) -> str:
    """Whether a person reads the answer: ``gate.visitor.wants_page``. What browsers ask pages with is seen at once."""
    json_first = "!{ var(req.accept) -m reg '^(?:(?!json).)*text/html' }"
    not_html = "!{ var(req.accept) -m sub text/html }"
    other = "{ req.hdr(sec-fetch-dest) -m found } !{ req.hdr(sec-fetch-dest) -m str document iframe frame }"
    rules = [
        "set-var(req.accept) str(none) if !{ req.fhdr(accept) -m beg text/html }",
        "set-var(req.accept) req.fhdr(accept),lower if { var(req.accept) -m found }",
        f"set-var(txn.as) str(json) if {{ var(req.accept) -m sub json }} {json_first}",
        f"set-var(txn.as) str(json) if {{ var(req.accept) -m found }} {other} {not_html}",
    ]
    if settings.school.scripts:
        scripts = " ".join(sorted(settings.school.scripts))
        rules.append(f"set-var(txn.as) str(json) if {{ var(req.path) -m str {scripts} }}")
    return "\n".join(f"    http-request {rule}" for rule in rules)


def _busy() -> str:
    """Today's and tomorrow's hours: twelve digits from the place of the week; Sunday's are followed by Monday's."""
    rule = (
        "    tcp-request content set-var(req.busy) var(req.week),bytes({},12),hex2i if {{ var(req.weekday) -m int {} }}"
    )
    return "\n".join(rule.format(6 * weekday, weekday) for weekday in range(7))


def _servers(settings: EdgeSettings) -> dict[str, str]:
    """Where the application and the standby are both: work handed in goes by the standby, files only without the other.

    Where a connection fails, that server is out at once and the same request goes to the other; it is looked at each
    second, and back within one.
    """
    application, standby = f"server application {settings.application}", f"server standby {settings.standby}"
    school = f"maxconn {settings.school_width}"
    uploads = f"maxconn {settings.uploads_width}"
    upload_halves = _halves(settings.application, settings.uploads_width)
    rows = {
        "school": [f"{application} {school}"],
        "uploads": upload_halves,
        "open": [application],
        "homework": _halves(settings.application, settings.homework_width),
        "sign_in": _halves(settings.application, settings.sign_in_width),
    }
    if settings.standby:
        watched = "check inter 1s fall 1 rise 1 observe layer4 error-limit 1 on-error mark-down"
        over = "option redispatch 1"
        by_it = "use-server standby if hands_in post card"
        work = f"maxconn {settings.homework_width}"
        rows |= {
            "school": [over, by_it, f"{application} {school}", f"{standby} weight 0 {school} {watched}"],
            "uploads": [over, by_it, *upload_halves, f"{standby} weight 0 {uploads} {watched}"],
            "open": [
                over,
                "retries 3",
                "retry-on conn-failure empty-response",
                f"{application} {watched}",
                f"{standby} backup",
            ],
            "homework": [
                over,
                *(f"{half} {watched}" for half in _halves(settings.standby, settings.homework_width)),
                f"{application} {work} backup",
            ],
        }
    return {f"{name}_servers": "\n".join(f"    {row}" for row in said) for name, said in rows.items()}


def _halves(address: str, width: int) -> list[str]:
    """A lane as two servers of one address: who is told apart by a hash has one of them."""
    return [f"server {half} {address} maxconn {width // 2}" for half in ("left_half", "right_half")]


def _totals() -> str:
    """Claims by lane; those of bare devices, of lane 3, have a count of their own."""
    rule = "    http-request sc-inc-gpc({},2) if {{ var(txn.lane) -m int {} }} !again{}"
    return "\n".join(rule.format(lane + 1, lane, " !bare" if lane == OTHERS else "") for lane in range(LANES))
