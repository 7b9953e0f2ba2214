"""The rules that answer who waits: scripts in JSON, people by the page in their voice and at their pace."""

from gettext import gettext as _

from preau.gate.answers import refusal_json
from preau.gate.hall import RETRY_AFTER_S
from preau.gate.haproxy import pages
from preau.gate.haproxy.refusals import counted
from preau.gate.haproxy.responses import WAITING, own_headers
from preau.gate.haproxy.settings import EdgeSettings
from preau.gate.page.render import SLOW_REFRESH_S


def waiting_rules(settings: EdgeSettings, csp: str, kind: pages.Kind = pages.USUAL) -> str:
    """The answers to who waits: for scripts, then the page of this kind in its voice and pace; strangers first."""
    folder, known = settings.folder, [voice for voice in kind.voices if voice.name != pages.STRANGER]
    strangers = [voice for voice in kind.voices if voice.name == pages.STRANGER]
    lines = [counted("refused"), *_for_scripts(settings), *_way_back(), *_standing(folder), *_told(folder, kind)]
    lines += [
        *_signs_in(settings),
        *_lessons_of_all(folder, "vous", "!card"),
        *_for_people(settings, csp, kind, strangers),
    ]
    if known:
        lines += [*_reader(), *_lessons_of_a_card(folder), *_noted(known), *_for_people(settings, csp, kind, known)]
    return "\n".join(f"    http-request {line}" for line in lines)


def _for_scripts(settings: EdgeSettings) -> list[str]:
    head = f"{WAITING} hdr retry-after {RETRY_AFTER_S}{own_headers(settings)}"
    full = _("Beaucoup de travaux arrivent en même temps : celui-ci reste sur l’appareil et repart bientôt.")
    kept = _("La place est gardée : {again}.")
    homework = "card post hands_in"
    answers = [(homework, refusal_json("write_lane_full", full))]
    for who, again in (("pupil", _("réessaie dans un instant")), ("", _("réessayez dans un instant"))):
        script = f"json {who}"
        answers.append((script, refusal_json("gate_waiting", kept.format(again=again))))
    return [
        f"return status 503 content-type application/json string '{body.decode()}'{head} if {condition}"
        for condition, body in answers
    ]


def _for_people(settings: EdgeSettings, csp: str, kind: pages.Kind, voices: list[pages.Voice]) -> list[str]:
    """The pages. The usual ones come first: that is what a crowd asks for."""
    policy = f' hdr content-security-policy "{csp}"{own_headers(settings)}'
    paces = {
        "usual": (200, "safe !lobby"),
        "sent": (503, "!safe"),
        "paused": (200, "{ url_param(pause) -m len ge 1 }"),
        "slow": (200, f"{{ url_param(rythme) -m str {SLOW_REFRESH_S} }}"),
        "": (200, ""),
    }
    return [
        f'return status {status} content-type "text/html; charset=utf-8" '
        f"lf-file {settings.folder}/{kind.file(voice, pace or 'usual')}{WAITING}{policy} "
        f"if {_reads(voice)} {condition}".rstrip()
        for pace, (status, condition) in paces.items()
        for voice in voices
    ]


def _reads(voice: pages.Voice) -> str:
    """Whether this voice speaks to who asks."""
    return "!card" if voice.name == pages.STRANGER else f"{{ var(req.reader) -m str {voice.name} }}"


def _way_back() -> list[str]:
    """The way back as it stands in HTML, and in a query."""
    return [
        "set-var(txn.back_html) var(req.back),regsub(&,&amp;,g)",
        "set-var(req.back_query) var(req.back),url_enc",
    ]


def _signs_in(settings: EdgeSettings) -> list[str]:
    """Where a stranger may say who they are."""
    sign_in = " ".join(settings.school.sign_in)
    return [
        f"set-var(req.sign_in) str({settings.school.sign_in[0]}) if !card",
        f"set-var(req.sign_in) var(txn.back_html) if !card {{ var(req.back) -m beg {sign_in} }}",
    ]


def _reader() -> list[str]:
    """Which voice speaks to who has a card."""
    return [
        "set-var(req.reader) str(card)",
        "set-var(req.reader) str(pupil) if pupil",
        "set-var(req.reader) str(class) if pupil { var(txn.lane) -m int 1 } !{ var(req.group) -m str -- - }",
    ]


def _standing(folder: str) -> list[str]:
    """How many are before this ticket; their words and the hopscotch are looked up by the page."""
    return [
        f"set-var(req.people) var(txn.order),map_int_int({folder}/standing{lane}.map,0) "
        f"if {{ var(txn.lane) -m int {lane} }}"
        for lane in range(4)
    ]


def _told(folder: str, kind: pages.Kind) -> list[str]:
    """How long it may take, and the title."""
    title, known, unknown = pages.unknown_wait()
    (unknown_wait,) = {voice.words.unknown_wait for voice in kind.voices}
    found = "{ var(req.wait) -m found }"
    return [
        f"set-var(req.wait) var(req.people),map_int({folder}/wait.map)",
        f"set-var(req.wait_title) var(req.wait) if {found}",
        f"set-var(req.about) str('{known}') if {found}",
        "set-var(req.wait_class) str('big words')",
        "set-var(req.wait_class) str(big) if { var(req.wait) -m beg 0 1 2 3 4 5 6 7 8 9 }",
        f"set-var(req.wait_title) str('{title}') if !{found}",
        f"set-var(req.about) str('{unknown}') if !{found}",
        f"set-var(req.wait) str('{unknown_wait}') if !{found}",
    ]


def _lessons_of_all(folder: str, voice: str, condition: str) -> list[str]:
    """The lessons to do meanwhile of who has none of a class, if there are any."""
    lessons, none = f"map_str({folder}/lessons.map)", "!{ var(req.lessons) -m found }"
    return [
        f"set-var(req.section) str(section:-),{lessons} if {none} {condition}",
        f"set-var(req.lessons) str({voice}:-),{lessons} if {none} {condition}",
        f"set-var-fmt(req.alone) ' class=\"one\"' if {none} {condition}",
    ]


def _lessons_of_a_card(folder: str) -> list[str]:
    """The lesson of the class, else those of all."""
    lessons = f"map_str({folder}/lessons.map)"
    return [
        f"set-var(req.lessons) str(tu:),concat(,req.group),{lessons} if pupil",
        f"set-var(req.lessons) str(vous:),concat(,req.group),{lessons} if !pupil",
        f"set-var(req.section) str(section:),concat(,req.group),{lessons}",
        *_lessons_of_all(folder, "tu", "pupil"),
        *_lessons_of_all(folder, "vous", "!pupil"),
    ]


def _noted(voices: list[pages.Voice]) -> list[str]:
    """That an arrival is noted, and when it was."""
    lines = ["set-var(req.since) sc2_get_gpt0"]
    for voice in voices:
        before, after = pages.noted_before_and_after(voice)
        lines.append(
            f"set-var-fmt(req.noted_html) '{before}%[var(req.since)]{after}' "
            f"if {{ var(req.since) -m int gt 0 }} {_reads(voice)}"
        )
    return lines
