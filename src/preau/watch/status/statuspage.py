"""The report as the JSON of the Statuspage API, version 2, so that existing readers work unchanged.

Files: ``summary``, ``status``, ``components``, ``incidents``, ``incidents/unresolved``,
``scheduled-maintenances/upcoming`` and ``…/active``. The last two are empty because Préau plans no maintenance through
this page. What the API has no field for stands in ``x_preau`` (specified in docs/protocol/status.md).
"""

from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

import msgspec

from preau.watch.signals.reading import LANES, Signals
from preau.watch.status import french
from preau.watch.status.components import Component
from preau.watch.status.incidents import (
    MAX_CORRECTIONS_TOLD,
    MAX_UPDATES_TOLD,
    Incident,
    Stage,
    Update,
    unresolved,
)
from preau.watch.status.report import Report

MAX_INCIDENTS: Final = 50
"""What Statuspage itself returns."""
MAX_FACTS: Final = 50
MAX_SUMMARY_BYTES: Final = 40_000
"""Of incidents in ``summary``, which is polled: an incident that does not fit is in ``incidents/unresolved``."""
MAX_LIST_BYTES: Final = 400_000
"""Of incidents in the lists: the newest that fit."""

Json = dict[str, Any]


def page_id(report: Report) -> str:
    """Stable as long as the public address is."""
    return uuid5(NAMESPACE_URL, f"{report.site.public_url}/etat").hex


def _page(report: Report) -> Json:
    return {
        "id": page_id(report),
        "name": report.site.name,
        "url": f"{report.site.public_url}/etat",
        "time_zone": str(report.site.zone),
        "updated_at": french.iso(report.written_at_s, report.site.zone),
    }


def _component(report: Report, component: Component, position: int) -> Json:
    return {
        "id": component.key,
        "name": component.name,
        "description": component.description,
        "status": component.state.value,
        "position": position,
        "group": False,
        "group_id": None,
        "showcase": True,
        "only_show_if_degraded": False,
        "page_id": page_id(report),
        "updated_at": french.iso(report.written_at_s, report.site.zone),
        "x_preau": {"words": component.words, "known": component.known},
    }


def _update(report: Report, incident: Incident, update: Update) -> Json:
    at = french.iso(update.at_s, report.site.zone)
    corrections = [
        {"body": correction.body, "created_at": french.iso(correction.at_s, report.site.zone)}
        for correction in update.corrections[-MAX_CORRECTIONS_TOLD:]
    ]
    return {
        "id": update.uid,
        "incident_id": incident.id,
        "status": update.stage.value,
        "body": update.body,
        "created_at": at,
        "display_at": at,
        "updated_at": at,
        "x_preau": {"corrections": corrections},
    }


def _incident(report: Report, incident: Incident) -> Json:
    zone = report.site.zone
    monitored = [u.at_s for u in incident.updates if u.stage is Stage.MONITORING]
    resolved = incident.resolved_at_s
    return {
        "id": incident.id,
        "name": incident.title,
        "impact": incident.impact.value,
        "status": incident.stage.value,
        "created_at": french.iso(incident.opened_at_s, zone),
        "started_at": french.iso(incident.opened_at_s, zone),
        "updated_at": french.iso(incident.changed_at_s, zone),
        "monitoring_at": french.iso(monitored[0], zone) if monitored else None,
        "resolved_at": None if resolved is None else french.iso(resolved, zone),
        "page_id": page_id(report),
        "shortlink": f"{report.site.public_url}/etat#incident-{incident.id}",
        "incident_updates": [_update(report, incident, update) for update in incident.updates[::-1][:MAX_UPDATES_TOLD]],
    }


def _newest(report: Report, incidents: tuple[Incident, ...], *, max_bytes: int) -> list[Json]:
    """The newest incidents that fit, at most ``MAX_INCIDENTS``; the first one always."""
    told: list[Json] = []
    size = 0
    for incident in incidents[:MAX_INCIDENTS]:
        written = _incident(report, incident)
        size += len(msgspec.json.encode(written))
        if told and size > max_bytes:
            break
        told.append(written)
    return told


def _measured(signals: Signals, report: Report) -> Json:
    zone = report.site.zone
    wait = signals.median_wait_s
    return {
        "measured_at": french.iso(signals.measured_at_s, zone),
        "version": signals.version,
        "started_at": french.iso(signals.started_at_s, zone),
        "level": signals.level,
        "capacity": signals.capacity,
        "inside": french.published_count(signals.inside),
        "waiting": french.published_count(signals.waiting_total),
        "waiting_per_lane": [french.published_count(count) for count in signals.waiting[:LANES]],
        "median_wait_s": None if wait is None else {"low": wait[0], "high": wait[1]},
        "classes_open": french.published_count(signals.classes_open),
        "seats_connected": french.published_count(signals.seats_connected),
        "app_ok": signals.app_ok,
        "db_ok": signals.db_ok,
    }


def _per_minute(counts: tuple[int, ...] | None) -> list[int | None] | None:
    return None if counts is None else [french.published_count(count) for count in counts]


def _x_preau(report: Report) -> Json:
    zone, seen = report.site.zone, report.seen
    facts = [
        {"code": fact.kind.value, "at": french.iso(fact.at_s, zone), "sentence": fact.sentence}
        for fact in seen.facts[:MAX_FACTS]
    ]
    return {
        "v": 1,
        "written_at": french.iso(report.written_at_s, zone),
        "rewrite_every_s": report.rewrite_s,
        "counts_hidden_below": french.SMALLEST_COUNT,
        "known": seen.signals is not None,
        "measured": None if seen.signals is None else _measured(seen.signals, report),
        "admissions_per_minute": _per_minute(seen.admissions),
        "arrivals_per_minute": _per_minute(seen.arrivals),
        "facts": facts,
    }


def documents(report: Report) -> dict[str, bytes]:
    """The JSON files by their path under ``/etat/api/v2/``."""
    page = _page(report)
    status = {"indicator": report.headline.indicator, "description": report.headline.title}
    parts = [_component(report, component, position) for position, component in enumerate(report.components, start=1)]
    incidents = _newest(report, report.seen.incidents, max_bytes=MAX_LIST_BYTES)
    open_now = unresolved(report.seen.incidents)
    still_open = _newest(report, open_now, max_bytes=MAX_LIST_BYTES)
    no_maintenance: Json = {"page": page, "scheduled_maintenances": []}
    summary = {
        "page": page,
        "status": status,
        "components": parts,
        "incidents": _newest(report, open_now, max_bytes=MAX_SUMMARY_BYTES),
        "scheduled_maintenances": [],
        "x_preau": _x_preau(report),
    }
    contents: dict[str, Json] = {
        "summary.json": summary,
        "status.json": {"page": page, "status": status},
        "components.json": {"page": page, "components": parts},
        "incidents.json": {"page": page, "incidents": incidents},
        "incidents/unresolved.json": {"page": page, "incidents": still_open},
        "scheduled-maintenances/upcoming.json": no_maintenance,
        "scheduled-maintenances/active.json": no_maintenance,
    }
    return {name: msgspec.json.format(msgspec.json.encode(content), indent=1) for name, content in contents.items()}
