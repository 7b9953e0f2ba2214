"""The rules that answer who waits: scripts in JSON, people by the page in their voice and at their pace."""

from gettext import gettext as _

from preau.gate.answers import refusal_json
from preau.gate.haproxy import pages
from preau.gate.haproxy.refusals import counted
from preau.gate.haproxy.responses import RETRY_AFTER_S, WAITING, own_headers
from preau.gate.haproxy.settings import EdgeSettings
from preau.gate.page.render import SLOW_REFRESH_S


def waiting_rules(settings: EdgeSettings, csp: str, kind: pages.Kind = pages.USUAL) -> str:
    """The answers to who waits: for scripts, then the page of this kind in its voice and pace."""
    folder = settings.folder
    prepared = [*_reader(settings), *_standing(folder, kind), *_told(folder, kind), *_meanwhile(folder, kind)]
    lines = [counted("refused"), *_for_scripts(settings), *prepared, *_for_people(settings, csp, kind)]
    return "\n".join(f"    http-request {line}" for line in lines)


def _for_scripts(settings: EdgeSettings) -> list[str]:
    head = f"{WAITING} hdr retry-after {RETRY_AFTER_S}{own_headers(settings)}"
    full = _("Beaucoup de travaux arrivent en même temps : celui-ci reste sur l’appareil et repart bientôt.")
    kept = _("La place est gardée : {again}.")
    homework = "post card hands_in"
    answers = [(homework, refusal_json("write_lane_full", full))]
    for who, again in (("pupil", _("réessaie dans un instant")), ("", _("réessayez dans un instant"))):
        script = f"json {who}"
        answers.append((script, refusal_json("gate_waiting", kept.format(again=again))))
    return [
        f"return status 503 content-type application/json string '{body.decode()}'{head} if {condition}"
        for condition, body in answers
    ]


def _for_people(settings: EdgeSettings, csp: str, kind: pages.Kind) -> list[str]:
    policy = f' hdr content-security-policy "{csp}"{own_headers(settings)}'
    paces = {
        "sent": (503, "!safe"),
        "paused": (200, "lobby { url_param(pause) -m len ge 1 }"),
        "slow": (200, f"lobby {{ url_param(rythme) -m str {SLOW_REFRESH_S} }}"),
        "usual": (200, ""),
    }
    return [
        f'return status {status} content-type "text/html; charset=utf-8" '
        f"lf-file {settings.folder}/{kind.file(voice, pace)}{WAITING}{policy} "
        f"if {{ var(req.reader) -m str {voice.name} }} {condition}".rstrip()
        for voice in kind.voices
        for pace, (status, condition) in paces.items()
    ]


def _reader(settings: EdgeSettings) -> list[str]:
    """Who reads, and what leads back."""
    sign_in = " ".join(settings.school.sign_in)
    return [
        "set-var(req.reader) str(stranger)",
        "set-var(req.reader) str(card) if card",
        "set-var(req.reader) str(pupil) if pupil",
        "set-var(req.reader) str(class) if pupil { var(txn.lane) -m int 1 } !{ var(req.group) -m str -- - }",
        "set-var(txn.back_html) var(req.back),regsub(&,&amp;,g)",
        "set-var(req.back_query) var(req.back),url_enc",
        f"set-var(req.sign_in) str({settings.school.sign_in[0]}) if !card",
        f"set-var(req.sign_in) var(txn.back_html) if !card {{ var(req.back) -m beg {sign_in} }}",
    ]


def _standing(folder: str, kind: pages.Kind) -> list[str]:
    """How many are before this ticket, in words and on the hopscotch."""
    lines = [
        f"set-var(req.people) var(txn.order),map_int_int({folder}/standing{lane}.map,0) "
        f"if {{ var(txn.lane) -m int {lane} }}"
        for lane in range(4)
    ]
    lines += [
        f"set-var(req.words) var(req.people),map_int({folder}/words_{voice.name}.map) "
        f"if {{ var(req.reader) -m str {voice.name} }}"
        for voice in kind.voices
    ]
    return [*lines, f"set-var(req.squares) var(req.people),map_int({folder}/squares.map)"]


def _told(folder: str, kind: pages.Kind) -> list[str]:
    """How long it may take, and the title."""
    title, known, unknown = pages.unknown_wait()
    lines = [
        f"set-var(req.wait) var(req.people),map_int({folder}/wait.map)",
        f"set-var-fmt(req.wait_title) '{title}'",
        "set-var(req.wait_title) var(req.wait) if { var(req.wait) -m found }",
        f"set-var-fmt(req.about) '{unknown}'",
        f"set-var-fmt(req.about) '{known}' if {{ var(req.wait) -m found }}",
        "set-var(req.wait_class) str('big words')",
        "set-var(req.wait_class) str(big) if { var(req.wait) -m reg ^[0-9] }",
    ]
    unknown_words = {voice.words.unknown_wait for voice in kind.voices}
    lines += [f"set-var-fmt(req.wait) '{text}' if !{{ var(req.wait) -m found }}" for text in unknown_words]
    return lines


def _meanwhile(folder: str, kind: pages.Kind) -> list[str]:
    """The lesson to do meanwhile, and that an arrival is noted."""
    lessons = f"map_str({folder}/lessons.map)"
    lines = [
        "set-var(req.voice) str(vous)",
        "set-var(req.voice) str(tu) if pupil",
        "set-var(req.who) var(req.voice),concat(:,req.group) if card",
        f"set-var(req.lessons) var(req.who),{lessons} if card",
        f"set-var(req.section) str(section:),concat(,req.group),{lessons} if card",
        "set-var(req.who) var(req.voice),concat(:-) if !{ var(req.lessons) -m found }",
        f"set-var(req.section) str(section:-),{lessons} if !{{ var(req.lessons) -m found }}",
        f"set-var(req.lessons) var(req.who),{lessons} if !{{ var(req.lessons) -m found }}",
        "set-var-fmt(req.alone) ' class=\"one\"' if !{ var(req.lessons) -m found }",
        "set-var(req.since) sc2_get_gpt0 if card",
    ]
    for voice in kind.voices:
        if voice.name == pages.STRANGER:
            continue
        before, after = pages.noted_before_and_after(voice)
        lines.append(
            f"set-var-fmt(req.noted_html) '{before}%[var(req.since)]{after}' "
            f"if {{ var(req.reader) -m str {voice.name} }} {{ var(req.since) -m int gt 0 }}"
        )
    return lines
