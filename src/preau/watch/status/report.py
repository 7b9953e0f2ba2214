"""Everything one publication says, as one value: the three writers (HTML, JSON, Atom) only put it into their form."""

from datetime import tzinfo

import msgspec

from preau.watch.signals.day import DayTally
from preau.watch.signals.reading import Signals
from preau.watch.status.components import Component, components
from preau.watch.status.facts import Fact
from preau.watch.status.headline import Headline, headline
from preau.watch.status.incidents import Incident


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """Whose page it is. ``public_url`` without a slash at its end, empty when the installation has none yet."""

    name: str
    public_url: str
    zone: tzinfo


class Observed(msgspec.Struct, frozen=True, kw_only=True):
    """What the publisher gathered for one publication.

    ``arrivals`` and ``admissions``: counts of the whole minutes observed in the last half hour, oldest first;
    None = not counted.
    ``facts``: newest first.
    """

    signals: Signals | None
    incidents: tuple[Incident, ...]
    facts: tuple[Fact, ...]
    admissions: tuple[int, ...] | None = None
    arrivals: tuple[int, ...] | None = None
    tally: DayTally | None = None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One publication. ``written_at_s`` is when it was put together, ``seen`` what it rests on."""

    site: Site
    written_at_s: float
    rewrite_s: int
    seen: Observed
    headline: Headline
    components: tuple[Component, ...]


def make_report(seen: Observed, site: Site, *, now_s: float, rewrite_s: int) -> Report:
    """Decides what to say. ``rewrite_s``: the files are rewritten at least this often, and the page says so."""
    return Report(
        site=site,
        written_at_s=now_s,
        rewrite_s=rewrite_s,
        seen=seen,
        headline=headline(seen.signals, seen.incidents),
        components=components(seen.signals),
    )
