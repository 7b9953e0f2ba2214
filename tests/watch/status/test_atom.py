from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET

from preau.watch.status.atom import MAX_ENTRIES, feed
from preau.watch.status.facts import Fact, FactKind
from preau.watch.status.incidents import Entry, Stage, fold
from status_readings import HALF_PAST_EIGHT_S, report

NS = {"a": "http://www.w3.org/2005/Atom"}
OPEN = Entry(
    kind="open", incident="2026-11-23-1", uid="1" * 32, at_s=HALF_PAST_EIGHT_S, title="A < B & C", body="]]> <b>"
)
END = Entry(
    kind="resolve", incident="2026-11-23-1", uid="2" * 32, at_s=HALF_PAST_EIGHT_S + 60, body="fin", stage=Stage.RESOLVED
)
FACT = Fact(kind=FactKind.APP_SILENT, at_s=HALF_PAST_EIGHT_S + 5)


def parsed(**observed: Any) -> ET.Element:
    return ET.fromstring(feed(report(**observed)))  # noqa: S314  our own feed


def texts(root: ET.Element, path: str) -> list[str]:
    return [element.text or "" for element in root.findall(path, NS)]


def test_the_feed_has_all_that_rfc_4287_requires() -> None:
    root = parsed(incidents=fold([OPEN]), facts=(FACT,))
    for name in ("id", "title", "updated", "author/a:name"):
        assert len(texts(root, f"a:{name}")) == 1
    assert [link.get("rel") for link in root.findall("a:link", NS)] == ["self", "alternate"]
    for entry in root.findall("a:entry", NS):
        for name in ("id", "title", "updated", "content"):
            assert len(texts(entry, f"a:{name}")) == 1
        assert datetime.fromisoformat(texts(entry, "a:updated")[0]).tzinfo is not None
    assert all(i.startswith("urn:uuid:") for i in texts(root, ".//a:id"))


def test_ids_are_unique_and_outlive_what_is_added() -> None:
    before = parsed(incidents=fold([OPEN]), facts=(FACT,))
    after = parsed(incidents=fold([OPEN, END]), facts=(Fact(kind=FactKind.APP_BACK, at_s=HALF_PAST_EIGHT_S + 90), FACT))
    old, new = texts(before, "a:entry/a:id"), texts(after, "a:entry/a:id")
    assert len(set(new)) == len(new) == 3
    assert set(old) < set(new)
    assert texts(before, "a:id") == texts(after, "a:id")


def test_text_is_text_whatever_it_holds() -> None:
    root = parsed(incidents=fold([OPEN]))
    assert texts(root, "a:entry/a:title") == ["A < B & C"]
    assert "]]> <b>" in texts(root, "a:entry/a:content")[0]


def test_the_newest_change_comes_first_and_dates_the_feed() -> None:
    root = parsed(incidents=fold([OPEN, END]), facts=(FACT,))
    assert texts(root, "a:entry/a:title") == ["A < B & C", "L’application ne répond plus."]
    assert texts(root, "a:updated") == ["2026-11-23T08:31:00+01:00"]


def test_an_empty_feed_is_a_valid_feed_and_a_full_one_is_bounded() -> None:
    assert parsed().findall("a:entry", NS) == []
    facts = tuple(Fact(kind=FactKind.QUEUE_OPENED, at_s=HALF_PAST_EIGHT_S - n) for n in range(200))
    assert len(parsed(facts=facts).findall("a:entry", NS)) == MAX_ENTRIES


def test_a_flood_of_words_keeps_the_feed_small_and_the_newest_first() -> None:
    entries = [
        Entry(
            kind="open" if n == 0 else "update",
            incident=f"i-{i}",
            uid=f"{i:016x}{n:016x}",
            at_s=n + 300 * i,
            body="é" * 1000,
        )
        for i in range(60)
        for n in range(60)
    ]
    content = feed(report(incidents=fold(entries)))
    assert len(content) < 1_000_000
    assert texts(ET.fromstring(content), "a:entry/a:link") != []  # noqa: S314  our own feed
