"""The waiting page: small, whole, readable, and never what a stranger wrote into it."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from msgspec import to_builtins
from msgspec.structs import replace

from gate.harness import MONDAY_0830_S, Gate, MakeGate
from preau.gate.page.lessons import LessonsOfTheDay
from preau.gate.page.render import MAX_RESPONSE_BYTES, Pages
from preau.gate.page.words import clock_text
from preau.gate.rules.wait import Entries
from preau.gate.visitor import MAX_BACK_CHARS
from preau.tokens.card import Role
from published.vectors import bad, good

HEADERS_OF_THE_EDGE_BYTES = 350
"""Security headers that the composition root adds to every response, with server and date."""


def lesson(section: str = "ecole", title: str = "Fractions") -> dict[str, object]:
    return {"title": title, "subject": "Maths", "minutes": 25, "url": "/colis/editions/x/l1.html", "section": section}


def document(sections: object, groups: object = None) -> dict[str, object]:
    return {"v": 1, "date": "2026-11-23", "groups": groups or {}, "sections": sections}


def publish(gate: Gate, *, groups: object, sections: object) -> None:
    gate.published.mkdir(exist_ok=True)
    (gate.published / "lessons_of_the_day.json").write_text(json.dumps(document(sections, groups)))


class Text(HTMLParser):
    """What a browser without style shows."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.hidden = 0
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  HTMLParser's
        self.hidden += tag in {"style", "script", "title"}

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in {"style", "script", "title"}

    def handle_data(self, data: str) -> None:
        if not self.hidden and data.strip():
            self.words.append(data.strip())

    def __str__(self) -> str:
        return " ".join(self.words)


async def test_the_longest_page_with_its_headers_fits_the_first_flight(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    long = "L’évolution d’une population & « ses » <causes> " * 9
    sections = {
        section: lesson(section, long) | {"subject": long, "url": "/colis/" + "x" * 120}
        for section in ("ecole", "college", "lycee")
    }
    publish(gate, groups={}, sections=sections)
    ines = gate.with_card("ines", group="6e A")
    for path in ("/", "/a/?" + "b&" * (MAX_BACK_CHARS // 2 - 2), "/" + "&" * (MAX_BACK_CHARS - 1)):
        answer = await ines.asks(path)
        heads = sum(len(name) + len(value) + 4 for name, value in answer.headers)
        assert answer.waits
        assert len(answer.body) + heads + HEADERS_OF_THE_EDGE_BYTES <= MAX_RESPONSE_BYTES


async def test_with_a_challenge_on_offer_the_page_fits_too_and_keeps_its_lessons(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    gate.porter.outlook = replace(gate.porter.outlook, level=2)
    titles = ("Fractions : partager une unité", "Raconter au passé : imparfait et passé simple", "Lire un graphique")
    publish(
        gate,
        groups={},
        sections={
            section: lesson(section, title)
            for section, title in zip(("ecole", "college", "lycee"), titles, strict=True)
        },
    )
    for path in ("/parcours/", "/" + "&" * (MAX_BACK_CHARS - 1)):
        await gate.person().asks()
        answer = await gate.person().asks(path)
        heads = sum(len(name) + len(value) + 4 for name, value in answer.headers)
        assert 'data-puzzle="' in answer.text
        assert len(answer.body) + heads + HEADERS_OF_THE_EDGE_BYTES <= MAX_RESPONSE_BYTES
        assert answer.text.count('class="offer"') >= (3 if path == "/parcours/" else 0)


async def test_an_ordinary_page_offers_all_three_sections(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    titles = ("Fractions : partager une unité", "Raconter au passé : imparfait et passé simple", "Lire un graphique")
    sections = {
        section: lesson(section, title) for section, title in zip(("ecole", "college", "lycee"), titles, strict=True)
    }
    publish(gate, groups={}, sections=sections)
    assert (await gate.person().asks("/parcours/")).text.count('class="offer"') == 3


async def test_it_is_one_response_that_its_own_policy_allows(make_gate: MakeGate) -> None:
    answer = await make_gate(capacity=0).person().asks()
    policy = answer.header("content-security-policy") or ""
    for tag in ("style", "script"):
        (inlined,) = re.findall(rf"<{tag}>(.*?)</{tag}>", answer.text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inlined.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy
    assert re.findall(r'\b(?:src|style|on\w+)="', answer.text) == []
    assert re.findall(r'href="(?!/|data:,)', answer.text) == []


async def test_without_style_and_script_it_says_everything_in_order(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    publish(gate, groups={gate.keyring.pseudonym("group", "CM2 B"): lesson()}, sections={})
    text = str(Text((await gate.with_card("ines", group="CM2 B").asks("/journee/")).text))
    expected = [
        "Ta place est gardée.",
        "0 personne avant ta classe",
        "durée encore inconnue",
        "Fractions",
        "Commencer",
        "Vérifier maintenant",
        "Suspendre",
        "Toutes les 5\u00a0min",
        "cette attente ne compte pas comme une absence",
        "Tu peux fermer cette page",
        "Pourquoi attendre\u00a0?",
        "Rendre la place",
    ]
    places = [text.find(words) for words in expected]
    assert -1 not in places, expected[places.index(-1)]
    assert places == sorted(places)


async def test_pupils_are_called_tu_and_everybody_else_vous(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    assert "Ta place" in (await gate.with_card("ines").asks()).text
    for person in (gate.with_card("sophie", role=Role.GUARDIAN), gate.person()):
        page = str(Text((await person.asks()).text))
        assert "Votre place est gardée." in page
        assert not re.search(r"\b([Tt]u|[Tt]a|[Tt]oi)\b", page)


async def test_who_has_no_card_is_shown_the_way_to_sign_in_and_who_has_one_is_not(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    unknown = gate.person()
    assert '<a class="btn main" href="/connexion/">Se connecter</a>' in (await unknown.asks("/journee/")).text
    assert "Se connecter" not in (await gate.with_card("ines").asks("/journee/")).text
    assert 'href="/c/paper">Se connecter</a>' in (await unknown.asks("/attente/?vers=/c/paper")).text


@pytest.mark.parametrize("path", ["/journee/", "/travail/suivi"])
async def test_what_went_wrong_is_said_in_the_voice_of_who_reads_it(make_gate: MakeGate, path: str) -> None:
    gate = make_gate(capacity=8)
    for person, voice, other in (
        (gate.with_card("ines"), "réessaie ", "réessayez"),
        (gate.person(), "réessayez", "réessaie "),
    ):
        gate.application.status = 200
        await person.asks()
        gate.application.status, gate.application.raises = 503, None if path == "/journee/" else RuntimeError("boom")
        answer = await person.asks(path)
        gate.application.raises = None
        assert voice in answer.text
        assert other not in answer.text


async def test_a_longer_wait_than_told_before_comes_with_the_reason(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    person = gate.person()

    async def sees(entries: Entries) -> str:
        gate.porter.outlook = replace(gate.porter.outlook, entries=entries)
        return str(Text((await person.asks()).text))

    assert "durée encore inconnue" in await sees(Entries(4, 30.0))
    assert "moins de 3\u00a0min d’attente" in await sees(Entries(10, 600.0))
    assert "moins de 3\u00a0min d’attente" in await sees(Entries(10, 700.0))
    slower = await sees(Entries(5, 600.0))
    assert "moins de 6\u00a0min d’attente. Moins de places se libèrent que prévu." in slower
    assert "Moins de places" not in await sees(Entries(10, 500.0))


async def test_a_long_title_is_never_cut_in_the_middle_of_a_word(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    subject = "Histoire-géographie, géopolitique et sciences politiques"
    publish(gate, groups={}, sections={"lycee": lesson("lycee", "Un exemple de titre " * 5) | {"subject": subject}})
    page = (await gate.person().asks("/parcours/")).text
    assert "<h3>Un exemple de titre Un exemple de titre Un exemple de titre…</h3>" in page
    assert "Histoire-géographie… ·" in page


async def test_no_sentence_supposes_a_gender(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    for person in (gate.with_card("ines"), gate.person()):
        page = str(Text((await person.asks()).text))
        assert not re.search(r"\((e|ne)\)|·e|absente?\b|le prochain|la prochaine élève", page)


async def test_what_a_stranger_asks_for_stays_text(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    publish(gate, groups={}, sections={"ecole": lesson(title='<script>"alert"</script>')})
    page = (await gate.person().asks('/"><script>alert(1)</script>?a="><b>')).text
    assert page.count("<script>") == 1
    assert "<b>" not in page.replace("<b>Préau</b>", "")


async def test_the_lesson_of_the_class_is_offered_and_otherwise_one_per_section(make_gate: MakeGate) -> None:
    gate = make_gate(capacity=0)
    sections = {section: lesson(section, f"Pour {section}") for section in ("lycee", "ecole")}
    publish(gate, groups={gate.keyring.pseudonym("group", "CM2 B"): lesson(title="Pour la classe")}, sections=sections)
    own = (await gate.with_card("ines", group="CM2 B").asks()).text
    assert re.findall(r"<h3>(.*?)</h3>", own) == ["Pour la classe"]
    assert '<body data-section="ecole">' in own
    assert re.findall(r"<b>(Pour.*?)</b>", (await gate.person().asks()).text) == ["Pour ecole", "Pour lycee"]


@pytest.mark.parametrize("content", ["", "{", '{"sections": {"ecole": {"title": 3}}}', '{"sections": []}'])
def test_a_broken_file_of_lessons_offers_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "lessons_of_the_day.json").write_text(content)
    assert LessonsOfTheDay(tmp_path).offers(None, now_s=MONDAY_0830_S) == ()


def test_the_lessons_of_the_shared_vectors_are_offered_and_bad_ones_leave_the_last_good(tmp_path: Path) -> None:
    file, wanted = tmp_path / "lessons_of_the_day.json", json.loads(good("lessons_of_the_day"))
    lessons = LessonsOfTheDay(tmp_path)
    [group] = wanted["groups"]
    for number, content in enumerate([good("lessons_of_the_day"), *bad("lessons_of_the_day").values()]):
        file.write_bytes(content)
        now_s = MONDAY_0830_S + number * 60
        assert [to_builtins(offer) for offer in lessons.offers(group, now_s=now_s)] == [wanted["groups"][group]]
        offers = lessons.offers(None, now_s=now_s)
        assert [to_builtins(offer) for offer in offers] == [wanted["sections"][key] for key in ("ecole", "lycee")]


def test_a_lesson_behind_the_gate_or_elsewhere_is_not_offered(tmp_path: Path) -> None:
    sections = {"ecole": lesson() | {"url": "https://evil.test/"}, "lycee": lesson() | {"url": "/parcours/1/"}}
    (tmp_path / "lessons_of_the_day.json").write_text(json.dumps(document(sections)))
    assert LessonsOfTheDay(tmp_path).offers(None, now_s=MONDAY_0830_S) == ()


def test_new_lessons_are_seen_within_seconds(tmp_path: Path) -> None:
    lessons = LessonsOfTheDay(tmp_path)
    assert lessons.offers(None, now_s=MONDAY_0830_S) == ()
    (tmp_path / "lessons_of_the_day.json").write_text(json.dumps(document({"ecole": lesson()})))
    assert lessons.offers(None, now_s=MONDAY_0830_S + 1) == ()
    assert [offer.title for offer in lessons.offers(None, now_s=MONDAY_0830_S + 5)] == ["Fractions"]


def test_a_notice_says_what_to_do_next_and_its_code() -> None:
    page = Pages().notice(title="Titre", text="Texte", code="a_code", action="Réessayer", href="/journee/").decode()
    assert str(Text(page)).endswith("Titre Texte Réessayer a_code")
    assert 'href="/journee/"' in page


def test_a_clock_time_is_french_and_of_paris() -> None:
    assert clock_text(MONDAY_0830_S) == "9\u00a0h\u00a030"
