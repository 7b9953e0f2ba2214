"""The report as an Atom feed (RFC 4287): one entry per incident, one per fact of the machine.

Ids are ``urn:uuid:``: an incident's is the random uid it was opened with, a fact's is derived from the page, its code
and its second, so that an entry keeps its id whatever is rewritten around it. Text contents only: nothing to sanitise.
"""

from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5
from xml.etree import ElementTree as ET

from preau.watch.status import french
from preau.watch.status.facts import Fact
from preau.watch.status.incidents import MAX_CORRECTIONS_TOLD, MAX_UPDATES_TOLD, STAGE_WORDS, Incident
from preau.watch.status.report import Report

ATOM: Final = "http://www.w3.org/2005/Atom"
MAX_ENTRIES: Final = 50
MAX_FEED_CHARS: Final = 400_000
"""Of contents: the newest entries that fit, and the first one always."""


def _child(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    if text:
        element.text = text
    return element


def _told(incident: Incident, report: Report) -> str:
    """The paragraphs of an incident, newest first, each with its hour and its corrections."""
    paragraphs = []
    for update in incident.updates[::-1][:MAX_UPDATES_TOLD]:
        hour = f"{french.day(update.at_s, report.site.zone)}, {french.hour(update.at_s, report.site.zone)}"
        paragraphs.append(f"{hour} ({STAGE_WORDS[update.stage]})\n{update.body}")
        paragraphs += [
            f"Correction{french.NBSP}: {correction.body}" for correction in update.corrections[-MAX_CORRECTIONS_TOLD:]
        ]
    return "\n\n".join(paragraphs)


def _incident_entry(feed: ET.Element, incident: Incident, content: str, report: Report) -> None:
    zone = report.site.zone
    entry = _child(feed, "entry")
    _child(entry, "id", UUID(incident.uid).urn)
    _child(entry, "title", incident.title)
    _child(entry, "published", french.iso(incident.opened_at_s, zone))
    _child(entry, "updated", french.iso(incident.changed_at_s, zone))
    _child(entry, "link", rel="alternate", href=f"{report.site.public_url}/etat#incident-{incident.id}")
    _child(entry, "category", term="incident")
    _child(entry, "content", content, type="text")


def _fact_entry(feed: ET.Element, fact: Fact, report: Report) -> None:
    at = french.iso(fact.at_s, report.site.zone)
    entry = _child(feed, "entry")
    _child(entry, "id", uuid5(NAMESPACE_URL, f"{report.site.public_url}/etat#{fact.kind}-{int(fact.at_s)}").urn)
    _child(entry, "title", fact.sentence)
    _child(entry, "published", at)
    _child(entry, "updated", at)
    _child(entry, "link", rel="alternate", href=f"{report.site.public_url}/etat")
    _child(entry, "category", term="mesure")
    _child(entry, "content", fact.sentence, type="text")


def feed(report: Report) -> bytes:
    """The whole ``history.atom``. ``updated`` is the newest change told, so that an unchanged feed stays unchanged."""
    seen, zone, url = report.seen, report.site.zone, report.site.public_url
    root = ET.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "fr"})
    told: list[tuple[float, Incident | Fact]] = [(i.changed_at_s, i) for i in seen.incidents]
    told += [(fact.at_s, fact) for fact in seen.facts]
    told.sort(key=lambda pair: pair[0], reverse=True)
    _child(root, "id", uuid5(NAMESPACE_URL, f"{url}/etat/history.atom").urn)
    _child(root, "title", french.typeset(f"{report.site.name} : état du service"))
    _child(root, "updated", french.iso(told[0][0] if told else 0.0, zone))
    _child(_child(root, "author"), "name", report.site.name)
    _child(root, "link", rel="self", type="application/atom+xml", href=f"{url}/etat/history.atom")
    _child(root, "link", rel="alternate", type="text/html", href=f"{url}/etat")
    size = 0
    for _, item in told[:MAX_ENTRIES]:
        content = _told(item, report) if isinstance(item, Incident) else item.sentence
        size += len(content)
        if size > MAX_FEED_CHARS and size > len(content):
            break
        if isinstance(item, Incident):
            _incident_entry(root, item, content, report)
        else:
            _fact_entry(root, item, report)
    ET.register_namespace("", ATOM)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written
