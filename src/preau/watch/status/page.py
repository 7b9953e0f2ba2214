"""The report as one HTML page of at most ``MAX_PAGE_BYTES``: readable without its stylesheet, without script, by ear.

Order of information: the sentence, what follows from it, how old it is; then the components, the queue, the operators'
words, the log of facts, today. States are words first; colour only repeats them. The page is a file: it cannot know
how old it is when somebody reads it, so it names its own second and how often it is rewritten, and the server puts the
sentence of ``stale_notice`` in the place of ``STALE_MARK`` when the file has not been rewritten for too long.
"""

from typing import Final, NamedTuple

from preau.published.gate_words import LANES, LEVELS, MODES, reason_in_words
from preau.watch.signals.reading import Signals
from preau.watch.status import french
from preau.watch.status.chart import per_minute
from preau.watch.status.components import Component
from preau.watch.status.french import typeset as t
from preau.watch.status.incidents import IMPACT_WORDS, STAGE_WORDS, Incident, Update, unresolved
from preau.watch.status.markup import DOCTYPE, Html, element, text
from preau.watch.status.report import Report

MAX_PAGE_BYTES: Final = 20_000
"""One round trip more than the first congestion window: it opens on a bad network too."""
_SHOWN_FACTS: Final = 12


class _Detail(NamedTuple):
    """How much of the operators' words the page shows; the feed has them whole."""

    incidents: int
    updates: int
    corrections: int
    body_chars: int


_DETAILS: Final = (_Detail(4, 3, 2, 1_000), _Detail(4, 3, 2, 400), _Detail(3, 2, 1, 200), _Detail(1, 1, 1, 120))
"""Richest first: the first with which the page keeps within ``MAX_PAGE_BYTES`` is taken."""

STALE_MARK: Final = "<!--stale-->"


def _time(report: Report, at_s: float, *, seconds: bool = False, with_day: bool = False) -> Html:
    zone = report.site.zone
    words = french.hour(at_s, zone, seconds=seconds)
    if with_day:
        words = f"{french.day(at_s, zone)}, {words}"
    return element("time", words, datetime=french.iso(at_s, zone))


def _logo() -> Html:
    return element(
        "svg",
        element("path", d="M3 14 17 5l14 9", class_="etat-roof"),
        element("path", d="M8 15v14M26 15v14", class_="etat-posts"),
        element("circle", cx="17", cy="23", r="4.2", class_="etat-sun"),
        viewBox="0 0 34 34",
        width=34,
        height=34,
        aria_hidden="true",
        class_="etat-mark",
    )


def _head(report: Report) -> Html:
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", f"État du service · {report.site.name}"),
        element("link", rel="stylesheet", href="/static/site.css"),
        element("link", rel="stylesheet", href="/etat/etat.css"),
        element("link", rel="icon", href="/favicon.svg", type="image/svg+xml"),
        element("link", rel="alternate", type="application/atom+xml", title="Historique", href="/etat/history.atom"),
    )


def _top(report: Report) -> Html:
    home = element("a", _logo(), element("b", report.site.name), href="/", class_="etat-home")
    return element("header", home, element("span", "État du service", class_="soft"), class_="top")


def _age(report: Report) -> Html:
    measured = report.seen.signals
    at_s = report.written_at_s if measured is None else measured.measured_at_s
    lead = "Ces données datent de " if measured else "Page écrite à "
    return element(
        "p",
        text(lead, _time(report, at_s, seconds=True), f", le {french.day(at_s, report.site.zone)}. "),
        t(f"Cette page est réécrite au moins toutes les {report.rewrite_s} secondes : "),
        "une heure plus ancienne signifie que les mesures sont interrompues. ",
        element("a", "Actualiser", href="/etat"),
        class_="soft etat-age",
    )


def _banner(report: Report) -> Html:
    line = report.headline
    first, *others = line.sentences
    sentences = [element("p", words) for words in (first, " ".join(others)) if words]
    title = element("h1", line.title, id="etat")
    content = (title, *sentences, Html(STALE_MARK), _age(report))
    return element("section", *content, class_=f"card etat-banner etat-is-{line.indicator}", aria_labelledby="etat")


def _component_row(component: Component) -> Html:
    state = "unknown" if not component.known else component.state.value
    name = text(element("b", component.name), element("span", component.description, class_="soft"))
    return element(
        "tr",
        element("th", name, scope="row"),
        element(
            "td",
            element("span", component.words[:1].upper() + component.words[1:], class_=f"etat-state etat-is-{state}"),
        ),
    )


def _components(report: Report) -> Html:
    head = element("tr", element("th", "Partie du service", scope="col"), element("th", "État", scope="col"))
    rows = [_component_row(component) for component in report.components]
    table = element("table", element("thead", head), element("tbody", *rows), class_="etat-components")
    return element("section", element("h2", "Composants"), table, class_="card")


def _lane_rows(signals: Signals) -> list[Html]:
    return [
        element("tr", element("th", words, scope="row"), element("td", french.count(count, none="personne")))
        for words, count in zip(LANES, signals.waiting, strict=False)
    ]


def _level(report: Report, signals: Signals) -> Html:
    """The level of the ladder and what it means, in one sentence; since when and why, where that is known."""
    level = LEVELS[min(signals.level, len(LEVELS) - 1)]
    since = "" if signals.level_since_s is None else f", depuis {french.hour(signals.level_since_s, report.site.zone)}"
    why = reason_in_words(signals.level_reason) if signals.level else ""
    name = element("b", t(f"niveau {signals.level}, « {level.name} »"))
    return element("p", t("Portail : "), name, t(f"{since} : {level.meaning}."), t(f" Raison : {why}.") if why else "")


def _waiting(report: Report) -> Html:
    signals = report.seen.signals
    title = element("h2", "File d’attente")
    if signals is None:
        return element("section", title, element("p", "Données indisponibles."), class_="card")
    if not signals.queue_open:
        calm = element("p", "Pas de file d’attente en ce moment.")
        return element("section", title, calm, _level(report, signals), class_="card")
    parts = [_level(report, signals)]
    if signals.mode != "auto":
        parts.append(element("p", t(f"Ordre de l’équipe : {MODES[signals.mode].meaning}.")))
    if signals.median_wait_s is not None:
        wait = element("b", french.wait_interval(*signals.median_wait_s))
        parts.append(element("p", t("Attente médiane : "), wait, "."))
    head = element("tr", element("th", "File", scope="col"), element("th", "En attente", scope="col"))
    table = element("table", element("thead", head), element("tbody", *_lane_rows(signals)))
    why = element(
        "p", "L’ordre est celui des files, puis celui des arrivées. Toute une classe entre ensemble.", class_="soft"
    )
    return element("section", title, *parts, table, why, class_="card")


def _clip(body: str, detail: _Detail) -> str:
    limit = detail.body_chars
    return body if len(body) <= limit else f"{body[:limit].rstrip()}… (suite dans le flux Atom)"


def _update(report: Report, update: Update, detail: _Detail) -> Html:
    corrections = [
        element(
            "p",
            element("b", t("Correction, "), _time(report, c.at_s), t(" : ")),
            _clip(c.body, detail),
            class_="etat-correction",
        )
        for c in update.corrections[-detail.corrections :]
    ]
    stamp = text(_time(report, update.at_s, with_day=True), element("span", STAGE_WORDS[update.stage], class_="soft"))
    return element("li", element("p", stamp), element("p", _clip(update.body, detail)), *corrections)


def _incident(report: Report, incident: Incident, detail: _Detail) -> Html:
    state = f"{STAGE_WORDS[incident.stage]}, {IMPACT_WORDS[incident.impact]}"
    updates = [_update(report, update, detail) for update in incident.updates[::-1][: detail.updates]]
    return element(
        "article",
        element("h3", incident.title),
        element("p", state[0].upper() + state[1:], class_="soft"),
        element("ul", *updates, class_="etat-log"),
        id=f"incident-{incident.id}",
    )


def _words(report: Report, detail: _Detail) -> Html:
    incidents = report.seen.incidents
    still_open = unresolved(incidents)
    shown = (*still_open, *(i for i in incidents if i not in still_open))[: detail.incidents]
    title = element("h2", "L’équipe vous informe")
    if not shown:
        return element("section", title, element("p", "Aucun incident signalé.", class_="soft"), class_="card")
    return element("section", title, *(_incident(report, incident, detail) for incident in shown), class_="card")


def _facts(report: Report) -> Html:
    lead = element("p", "Faits mesurés, écrits par la machine ; ils ne disent rien des causes.", class_="soft")
    items = [
        element("li", element("p", _time(report, fact.at_s, with_day=True)), element("p", fact.sentence))
        for fact in report.seen.facts[:_SHOWN_FACTS]
    ]
    log = element("ol", *items, class_="etat-log") if items else element("p", "Rien à signaler.")
    return element("section", element("h2", "Main courante"), lead, log, class_="card")


def _today(report: Report) -> Html:
    tally, signals = report.seen.tally, report.seen.signals
    title = element("h2", "Aujourd’hui")
    if tally is None or signals is None:
        return element("section", title, element("p", "Données indisponibles."), class_="card")
    pairs = (
        ("Entrées", french.count(tally.admitted, none="aucune")),
        ("Personnes présentes en ce moment", french.count(signals.inside, none="aucune")),
        ("Classes virtuelles ouvertes en ce moment", french.count(signals.classes_open, none="aucune")),
        ("Classes ouvertes en même temps, au plus", french.count(tally.most_classes, none="aucune")),
        ("Temps avec une file d’attente", french.minutes(tally.queue_s) if tally.queue_s else "aucun"),
    )
    rows = [element("div", element("dt", name), element("dd", value)) for name, value in pairs]
    since = element("p", "Compté depuis ", _time(report, tally.since_s), ".", class_="soft")
    return element("section", title, element("dl", *rows), since, class_="card")


def _foot(report: Report) -> Html:
    running = "" if report.seen.signals is None else f"Version {report.seen.signals.version}. "
    return element(
        "footer",
        element(
            "nav",
            element("a", "Accueil", href="/"),
            element("a", "Flux Atom", href="/etat/history.atom"),
            element("a", "Données JSON", href="/etat/api/v2/summary.json"),
            aria_label="Liens de la page d’état",
        ),
        element("p", t(f"{running}Les nombres de 1 à 19 sont écrits « moins de 20 », pour ne désigner personne.")),
        class_="etat-foot soft",
    )


def page(report: Report) -> bytes:
    """``index.html`` of the report, UTF-8, at most ``MAX_PAGE_BYTES``."""
    content = b""
    for detail in _DETAILS:
        content = _whole(report, detail)
        if len(content) <= MAX_PAGE_BYTES:
            break
    return content


def _whole(report: Report, detail: _Detail) -> bytes:
    left = element("div", _components(report), _words(report, detail), class_="etat-column")
    right = element("div", _waiting(report), per_minute(report), _facts(report), _today(report), class_="etat-column")
    main = element("main", _banner(report), element("div", left, right, class_="etat-columns"), id="contenu")
    skip = element("a", "Aller au contenu", href="#contenu", class_="etat-skip")
    body = element("body", skip, _top(report), main, _foot(report), class_="etat")
    return text(DOCTYPE, element("html", _head(report), body, lang="fr")).encode()


def stale_notice(age_s: float) -> str:
    """What the server puts in the place of ``STALE_MARK`` when the file is ``age_s`` seconds old."""
    sentence = t(f"Ces données ne sont plus à jour : elles datent d’il y a {french.minutes(max(60.0, age_s))}.")
    return element("p", element("strong", sentence), class_="etat-stale", role="status")


def unpublished_page() -> bytes:
    """What is served when nothing has been published yet."""
    return _plain("Données indisponibles", "L’état du service n’a pas encore été publié. Réessayez dans une minute.")


def not_found_page() -> bytes:
    """What is served for an address under ``/etat/`` that does not exist."""
    return _plain("Page introuvable", "Cette adresse n’existe pas.")


def not_allowed_page() -> bytes:
    """What is served to any method but GET and HEAD."""
    return _plain("Méthode refusée", "Cette page se lit seulement.")


def _plain(title: str, sentence: str) -> bytes:
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", f"{title} · Préau"),
        element("link", rel="stylesheet", href="/static/site.css"),
        element("link", rel="stylesheet", href="/etat/etat.css"),
    )
    links = element("p", element("a", "Revenir à l’état du service", href="/etat", class_="btn"))
    card = element("section", element("h1", title), element("p", sentence), links, class_="card")
    body = element("body", element("main", card, id="contenu"), class_="etat")
    return text(DOCTYPE, element("html", head, body, lang="fr")).encode()
