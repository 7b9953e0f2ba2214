"""`preau gate …`: orders to the gate, and how it stands. Works with the school, its database and the gate dead."""

import getpass
import math
import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import click

from preau.cli.terminal import printable
from preau.published.files import read_published
from preau.published.gate_orders import Change, OrderRefused, give_order, orders_now
from preau.published.gate_words import LANES, LEVELS, MODES, RESOURCES, VERDICTS, reason_in_words
from preau.published.shapes import GATE_REPORT_FILE, MAX_CAPACITY, GateOrders, GateReport, Mode, Refused, encode

FRESH_S: Final = 10
"""The porter reports once a second; ten silences mean that it does not run."""
_PARIS: Final = ZoneInfo("Europe/Paris")
_MODES: Final[dict[str, Mode]] = {mode: mode for mode in MODES}


def order_capacity(data: Path, people: int, *, reason: str) -> int:
    """Orders a capacity; returns the exit code."""
    return _give(data, Change(capacity=people), reason)


def order_mode(data: Path, mode: str, *, reason: str) -> int:
    """Orders a mode; returns the exit code."""
    return _give(data, Change(mode=_MODES[mode]), reason)


def order_pre_open(data: Path, minutes: int, *, reason: str) -> int:
    """Orders how long before a lesson its class is called; returns the exit code."""
    return _give(data, Change(pre_open_s=60 * minutes), reason)


def _give(data: Path, change: Change, reason: str) -> int:
    given = give_order(data, change, by=f"{_who()} (terminal)", reason=reason, now_s=time.time())
    if isinstance(given, OrderRefused):
        click.echo(f"{given.sentence} ({given.code})", err=True)
        return 2
    click.echo(f"Ordre donné : {_orders(given)}. Le portier le lit dans la seconde.")
    if _age_s(read_published(data / "published" / GATE_REPORT_FILE, GateReport)) > FRESH_S:
        click.echo(
            f"Mais aucun portier ne tourne sur {printable(str(data))} : vérifiez PREAU_DATA. "
            "L’ordre vaudra dès qu’il tournera.",
            err=True,
        )
    return 0


def _age_s(report: GateReport | Refused | None) -> float:
    return time.time() - report.at_s if isinstance(report, GateReport) else math.inf


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return "inconnu"


def status(data: Path, *, as_json: bool) -> int:
    """Prints the report; exit code 0, or 1 when the porter does not report."""
    report = read_published(data / "published" / GATE_REPORT_FILE, GateReport)
    if report is None or isinstance(report, Refused):
        why = "" if report is None else f" ({report.code.value})"
        click.echo(f"Le portier n’a pas encore donné de nouvelles{why}.", err=True)
        return 1
    if as_json:
        click.echo(encode(report))
    else:
        for name, value in _rows(report, orders_now(data)):
            click.echo(f"{name:<34} {printable(value)}")
    age_s = _age_s(report)
    if age_s > FRESH_S:
        click.echo(f"Ces chiffres datent de {int(age_s)} s : le portier ne tourne plus.", err=True)
        return 1
    return 0


def _rows(report: GateReport, orders: GateOrders) -> Iterable[tuple[str, str]]:
    level = LEVELS[report.level]
    since = datetime.fromtimestamp(report.level_since_s, _PARIS).strftime("%H:%M:%S")
    yield "Mesuré à", datetime.fromtimestamp(report.at_s, _PARIS).strftime("%H:%M:%S")
    yield "Niveau", f"{report.level} {level.name}, depuis {since} : {reason_in_words(report.level_reason)}"
    yield "Mode", MODES[report.mode].name
    yield "Ordres", f"{_orders(orders)} ; {orders.by} : {orders.reason}" if orders.at_s else "aucun"
    most = "sans limite" if report.capacity >= MAX_CAPACITY else f"sur {report.capacity}"
    if report.verdict:
        yield "Constat", VERDICTS.get(report.verdict, report.verdict)
    kinds = f"dont {report.inside_others} pas encore connus ; et {report.inside_staff} du personnel, hors capacité"
    yield "À l’intérieur", f"{report.inside} {most}, {kinds}"
    yield "Entrées par seconde", _per_s(report.entries_per_s, report.rate_per_s)
    yield "Âge du plan", f"{report.plan_age_s} s"
    yield "", ""
    for lane, name in enumerate(LANES):
        key = str(lane)
        low, best, high = report.waiting.get(key, (0, 0, 0))
        waits = str(best) if low == high else f"{best} (entre {low} et {high})"
        came = f"arrivés {report.arrivals.get(key, 0)}, entrés {report.admitted.get(key, 0)}"
        yield name, f"attendent {waits}, {came}"
    for key, one in report.resources.items():
        bound = ", borne le débit" if key == report.bound_by else ""
        figures = (
            ("capacité/s", one.capacity_per_s),
            ("attente ms", one.queue_ms),
            ("travail par entrée", one.work_per_entry),
        )
        known = ", ".join(f"{name} {value:.4g}" for name, value in figures if value is not None)
        yield RESOURCES.get(key, key), (known or "non mesuré") + bound


def _per_s(measured: float, planned: float | None) -> str:
    return f"{measured:.1f}" if planned is None else f"{measured:.1f}, prévues {planned:.1f}"


def _orders(orders: GateOrders) -> str:
    capacity = "capacité de l’installation" if orders.capacity is None else f"capacité {orders.capacity}"
    return f"mode {MODES[orders.mode].name}, {capacity}, ouverture {orders.pre_open_s // 60} min avant"
