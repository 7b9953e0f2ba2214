"""`preau incident …`: what operators say on the status page. Works with the school and its database dead."""

import time
from pathlib import Path

import click

from preau.watch.status.incident_file import correct_incident, open_incident, resolve_incident, update_incident
from preau.watch.status.incidents import Refused

FILE = "incidents.jsonl"


def _said(result: str | Refused, done: str) -> int:
    if isinstance(result, Refused):
        click.echo(f"{result.message} ({result.code})", err=True)
        return 2
    click.echo(done.format(result))
    return 0


def open_one(data: Path, *, title: str, body: str, impact: str) -> int:
    """Opens an incident; returns the exit code."""
    result = open_incident(data / FILE, title=title, body=body, impact=impact, now_s=time.time())
    return _said(result, "Incident {} ouvert : il paraît sur la page d’état dans les secondes qui viennent.")


def update_one(data: Path, incident_id: str, *, body: str, status: str) -> int:
    """Adds a line to an open incident; returns the exit code."""
    result = update_incident(data / FILE, incident_id, body=body, stage=status, now_s=time.time())
    return _said(result, "Ligne ajoutée.")


def resolve_one(data: Path, incident_id: str, *, body: str) -> int:
    """Ends an incident; returns the exit code."""
    return _said(resolve_incident(data / FILE, incident_id, body=body, now_s=time.time()), "Incident clos.")


def correct_one(data: Path, incident_id: str, *, message: int, body: str) -> int:
    """Adds a correction beside a message; returns the exit code."""
    result = correct_incident(data / FILE, incident_id, message=message, body=body, now_s=time.time())
    return _said(result, "Correction publiée à côté du message ; l’ancien texte reste lisible.")
