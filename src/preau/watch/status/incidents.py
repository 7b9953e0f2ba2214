"""What the operators say of an incident: an append-only list of entries, folded into incidents.

Theory of operation. Every entry is immutable: it opens an incident, adds an update, resolves it, or corrects an
earlier entry. Nothing is ever edited or removed, so a correction stands *beside* the sentence it corrects and both
stay readable. Folding is tolerant: an entry that no longer makes sense (its incident is not in the part of the file
that was read, it repeats a uid) is left out, because a status page must come up with whatever could be read.

Machines publish facts (``facts``); only people write here. Limits are named below, each with its reason.
"""

from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Final, Literal

import msgspec

MAX_TITLE_CHARS: Final = 120
"""Two lines on a phone."""
MAX_BODY_CHARS: Final = 1_000
"""A paragraph that is read while worried; longer stories belong in the report written afterwards."""
MAX_UPDATES: Final = 200
"""One update every three minutes for a whole school day."""
MAX_UPDATES_TOLD: Final = 20
"""The newest ones are published; the file keeps all. What a reader follows is the present, and files stay small."""
MAX_CORRECTIONS_TOLD: Final = 3


class Impact(StrEnum):
    """How much is touched, in the words of the Statuspage API."""

    NONE = "none"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


class Stage(StrEnum):
    """Where the work on the incident stands, in the words of the Statuspage API."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"


IMPACT_WORDS: Final = {
    Impact.NONE: "sans gêne",
    Impact.MINOR: "gêne limitée",
    Impact.MAJOR: "gêne importante",
    Impact.CRITICAL: "service interrompu",
}
STAGE_WORDS: Final = {
    Stage.INVESTIGATING: "en cours d’examen",
    Stage.IDENTIFIED: "cause trouvée",
    Stage.MONITORING: "rétabli, sous surveillance",
    Stage.RESOLVED: "terminé",
}


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of ``incidents.jsonl``. ``uid`` is a random UUID (32 hex digits), ``incident`` the readable id."""

    v: Literal[1] = 1
    kind: Literal["open", "update", "resolve", "correct"]
    incident: str
    uid: str
    at_s: float
    body: str
    title: str = ""
    impact: Impact = Impact.NONE
    stage: Stage = Stage.INVESTIGATING
    corrects: str = ""


class Update(msgspec.Struct, frozen=True, kw_only=True):
    """A published paragraph and the corrections that were added to it, oldest first."""

    uid: str
    at_s: float
    stage: Stage
    body: str
    corrections: tuple[Entry, ...] = ()


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """An incident as it stands. ``updates`` oldest first, the opening paragraph included; at least one."""

    id: str
    uid: str
    title: str
    impact: Impact
    updates: tuple[Update, ...]

    @property
    def opened_at_s(self) -> float:
        return self.updates[0].at_s

    @property
    def stage(self) -> Stage:
        return self.updates[-1].stage

    @property
    def resolved_at_s(self) -> float | None:
        return self.updates[-1].at_s if self.stage is Stage.RESOLVED else None

    @property
    def changed_at_s(self) -> float:
        return max([u.at_s for u in self.updates] + [c.at_s for u in self.updates for c in u.corrections])


def _corrected(incident: Incident, entry: Entry) -> Incident:
    updates = tuple(
        msgspec.structs.replace(update, corrections=(*update.corrections, entry))
        if update.uid == entry.corrects
        else update
        for update in incident.updates
    )
    return msgspec.structs.replace(incident, updates=updates)


def fold(entries: list[Entry]) -> tuple[Incident, ...]:
    """The incidents told by ``entries`` (oldest first), newest opening first. Linear in the number of entries."""
    by_id: dict[str, Incident] = {}
    seen: set[str] = set()
    for entry in entries:
        if entry.uid in seen:
            continue
        seen.add(entry.uid)
        incident = by_id.get(entry.incident)
        update = Update(uid=entry.uid, at_s=entry.at_s, stage=entry.stage, body=entry.body)
        if entry.kind == "open" and incident is None:
            by_id[entry.incident] = Incident(
                id=entry.incident, uid=entry.uid, title=entry.title, impact=entry.impact, updates=(update,)
            )
        elif entry.kind == "correct" and incident is not None:
            by_id[entry.incident] = _corrected(incident, entry)
        elif entry.kind in {"update", "resolve"} and incident is not None and len(incident.updates) < MAX_UPDATES:
            by_id[entry.incident] = msgspec.structs.replace(incident, updates=(*incident.updates, update))
    return tuple(sorted(by_id.values(), key=lambda incident: (incident.opened_at_s, incident.id), reverse=True))


def unresolved(incidents: tuple[Incident, ...]) -> tuple[Incident, ...]:
    """Those still open, newest first."""
    return tuple(incident for incident in incidents if incident.stage is not Stage.RESOLVED)


class Refused(msgspec.Struct, frozen=True):
    """Why an entry was not written: a stable code and a French sentence for the operator."""

    code: str
    message: str


def next_id(incidents: tuple[Incident, ...], now_s: float, zone: tzinfo) -> str:
    """The readable id of the next incident: its local date and its number of the day, « 2026-11-23-1 »."""
    day = datetime.fromtimestamp(now_s, zone).date().isoformat()
    numbers = [int(i.id.rpartition("-")[2]) for i in incidents if i.id.rpartition("-")[0] == day and i.id[-1].isdigit()]
    return f"{day}-{max(numbers, default=0) + 1}"


def check_title(title: str) -> Refused | None:
    """Refuses an empty, multi-line or overlong title."""
    if not title.strip():
        return Refused("incident_title_missing", "Il manque un titre : dites en quelques mots ce que les gens voient.")
    if len(title) > MAX_TITLE_CHARS or not title.isprintable():
        return Refused(
            "incident_title_too_long", f"Le titre tient sur une ligne de {MAX_TITLE_CHARS} caractères au plus."
        )
    return None


def check_body(body: str) -> Refused | None:
    """Refuses an empty or overlong paragraph, and control characters, which no feed may carry."""
    if not body.strip():
        return Refused(
            "incident_body_missing", "Il manque le texte : ce qui est touché, ce qui marche, ce que vous faites."
        )
    if len(body) > MAX_BODY_CHARS or not body.replace("\n", " ").isprintable():
        return Refused(
            "incident_body_too_long", f"Le texte compte {MAX_BODY_CHARS} caractères au plus, sans tabulation."
        )
    return None


def check_impact(impact: str) -> Refused | None:
    """Refuses a word that is not an ``Impact``."""
    if impact in set(Impact):
        return None
    return Refused("incident_impact_unknown", f"Gravité inconnue. Choisissez parmi : {', '.join(Impact)}.")


def check_stage(stage: str) -> Refused | None:
    """Refuses a word that is not a ``Stage`` an update may have (resolving has its own command)."""
    allowed = [s.value for s in Stage if s is not Stage.RESOLVED]
    if stage in allowed:
        return None
    return Refused("incident_stage_unknown", f"Étape inconnue. Choisissez parmi : {', '.join(allowed)}.")


def find_open(incidents: tuple[Incident, ...], incident_id: str) -> Incident | Refused:
    """The open incident of this id, or why nothing may be added to it."""
    for incident in incidents:
        if incident.id == incident_id:
            if incident.stage is Stage.RESOLVED:
                return Refused("incident_resolved", "Cet incident est terminé. Ouvrez-en un autre s’il recommence.")
            if len(incident.updates) >= MAX_UPDATES:
                return Refused(
                    "incident_full", f"Cet incident a déjà {MAX_UPDATES} messages : terminez-le, ouvrez-en un autre."
                )
            return incident
    return Refused("incident_unknown", f"Aucun incident ne porte le numéro « {incident_id} ».")
