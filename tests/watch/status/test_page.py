import re
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from preau.watch.signals.day import add_reading
from preau.watch.status import page
from preau.watch.status.facts import Fact, FactKind
from preau.watch.status.incidents import MAX_BODY_CHARS, MAX_TITLE_CHARS, Entry, Impact, Incident, Stage, fold
from status_readings import HALF_PAST_EIGHT_S, PARIS, reading, report

VOID = {"meta", "link", "br", "path", "circle", "rect", "line"}


class Outline(HTMLParser):
    """Checks that elements nest, that ids are unique and that nothing is inline; keeps headings and text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.headings: list[str] = []
        self.text = ""

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in VOID, tag
        self.look(tag, attrs)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in VOID, tag
        self.look(tag, attrs)
        self.open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data.replace("\u00a0", " ").replace("\u202f", " ")

    def look(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in {"script", "style", "iframe", "img"}
        for name, value in attrs:
            assert name != "style"
            assert not name.startswith("on")
            if name in {"href", "src"}:
                assert (value or "").startswith(("/", "#"))
            if name == "id":
                assert value not in self.ids
                self.ids.append(value or "")


def read(content: bytes) -> Outline:
    outline = Outline()
    outline.feed(content.decode())
    outline.close()
    assert outline.open == []
    return outline


def long_story() -> tuple[Incident, ...]:
    entries = []
    for number in range(1, 12):
        incident, body = f"2026-11-23-{number}", "é<&" * (MAX_BODY_CHARS // 3)
        entries.append(
            Entry(
                kind="open",
                incident=incident,
                uid=f"{number:032x}",
                at_s=HALF_PAST_EIGHT_S + number,
                title="&" * MAX_TITLE_CHARS,
                body=body,
                impact=Impact.MAJOR,
            )
        )
        for n in range(5):
            uid = f"{number * 100 + n:032x}"
            entries.append(Entry(kind="update", incident=incident, uid=uid, at_s=HALF_PAST_EIGHT_S + 60 * n, body=body))
            entries.append(
                Entry(kind="correct", incident=incident, uid=f"c{uid}", at_s=HALF_PAST_EIGHT_S, body=body, corrects=uid)
            )
    return fold(entries)


def test_a_calm_page_has_one_headline_and_says_how_old_it_is() -> None:
    outline = read(page.page(report()))
    assert outline.headings.count("h1") == 1
    assert "Tout fonctionne." in outline.text
    assert "Ces données datent de 8 h 30 min 00 s, le 23 novembre 2026." in outline.text
    assert "réécrite au moins toutes les 30 secondes" in outline.text
    assert page.page(report()).count(page.STALE_MARK.encode()) == 1


def test_states_are_words() -> None:
    outline = read(page.page(report(reading(app_ok=False))))
    for words in (
        "L’application ne répond pas",
        "Les leçons restent lisibles",
        "Reçus, transmis plus tard",
        "Indisponible",
    ):
        assert words in outline.text


def test_operators_words_are_shown_with_their_corrections_and_escaped() -> None:
    entries = [
        Entry(
            kind="open",
            incident="2026-11-23-1",
            uid="1" * 32,
            at_s=HALF_PAST_EIGHT_S,
            title="<b>Son</b>",
            body="a <script>alert(1)</script>",
        ),
        Entry(
            kind="correct", incident="2026-11-23-1", uid="2" * 32, at_s=HALF_PAST_EIGHT_S, body="b", corrects="1" * 32
        ),
        Entry(
            kind="resolve",
            incident="2026-11-23-1",
            uid="3" * 32,
            at_s=HALF_PAST_EIGHT_S,
            body="c",
            stage=Stage.RESOLVED,
        ),
    ]
    outline = read(page.page(report(incidents=fold(entries))))
    assert "<b>Son</b>" in outline.text
    assert "a <script>alert(1)</script>" in outline.text
    assert "Correction, 8 h 30 : b" in outline.text
    assert "Terminé, sans gêne" in outline.text


def test_nothing_measured_is_said_on_the_whole_page() -> None:
    outline = read(page.page(report(None)))
    assert outline.text.lower().count("données indisponibles") >= 8


def test_the_chart_is_also_a_table_and_hides_small_minutes_in_both() -> None:
    content = page.page(report(arrivals=(0, 7, 19, 20, 600) * 6))
    outline = read(content)
    assert "Arrivées par minute" in outline.text
    assert outline.text.count("moins de 20") >= 12
    heights = re.findall(rb'<rect x="\d+" y="\d+" width="\d+" height="(\d+)"', content)
    assert len(heights) == 24
    assert heights[0] == heights[1]
    assert b"<td>7</td>" not in content
    assert b"<td>19</td>" not in content


def test_the_fullest_page_stays_within_its_size() -> None:
    facts = tuple(Fact(kind=FactKind.QUEUE_OPENED, at_s=HALF_PAST_EIGHT_S - n) for n in range(200))
    crowd = reading(waiting=(40, 9_999_999, 9_999_999, 9_999_999), level=3, median_wait_s=(600, 3600))
    content = page.page(
        report(
            crowd,
            incidents=long_story(),
            facts=facts,
            arrivals=(999_999,) * 30,
            tally=add_reading(None, crowd, PARIS),
        )
    )
    read(content)
    assert len(content) <= page.MAX_PAGE_BYTES


@settings(max_examples=60)
@given(
    inside=st.integers(0, 40),
    waiting=st.tuples(*[st.integers(0, 40)] * 4),
    classes=st.integers(0, 40),
    admissions=st.lists(st.integers(0, 40), min_size=30, max_size=30),
)
def test_no_count_under_twenty_stands_anywhere(
    inside: int, waiting: tuple[int, ...], classes: int, admissions: list[int]
) -> None:
    signals = reading(inside=inside, waiting=waiting, classes_open=classes, seats_connected=inside)
    tally = add_reading(None, signals, PARIS)
    content = page.page(report(signals, admissions=tuple(admissions), tally=tally)).decode()
    cells = re.findall(r"<(?:td|dd)>([^<]*)</", content)
    assert not [cell for cell in cells if cell.isdigit() and int(cell) < 20]


def test_the_pages_of_refusals_are_whole() -> None:
    for content in (page.unpublished_page(), page.not_found_page(), page.not_allowed_page()):
        assert read(content).headings == ["h1"]


def test_the_level_of_the_gate_is_said_in_plain_french_with_its_reason_and_hour() -> None:
    queue = reading(level=2, level_reason="queueing", level_since_s=HALF_PAST_EIGHT_S - 120, waiting=(0, 40, 0, 0))
    told = read(page.page(report(queue))).text
    assert "niveau 2, « priorité », depuis 8 h 28 : les classes qui ont cours passent d’abord" in told
    assert "Raison : les réponses attendent trop longtemps leur tour." in told
    calm = read(page.page(report(reading()))).text
    assert "niveau 0, « libre » : tout le monde entre sans attendre." in calm
    assert "Raison" not in calm


def test_an_order_of_the_team_is_said_to_be_one() -> None:
    told = read(page.page(report(reading(mode="closed")))).text
    assert "L’équipe a suspendu les entrées." in told
    assert "Ordre de l’équipe : personne n’est appelé, sauf les personnels." in told
    assert "Entrées suspendues, places gardées" in told
    assert "Tout fonctionne" not in told
