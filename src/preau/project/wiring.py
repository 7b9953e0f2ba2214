"""The composition root: the only place that names concrete engines and knows every room."""

import ipaddress
import time
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from django.core.handlers.wsgi import WSGIHandler
from granian.utils.proxies import wrap_asgi_with_proxy_headers

from preau.gate.engine import Engine
from preau.gate.ladder_journal import LadderJournal
from preau.gate.ledger.interface import Ledger
from preau.gate.ledger.memory import MemoryLedger
from preau.gate.pilot import Pilot
from preau.gate.porter import Porter
from preau.gate.rules.controller import Reading
from preau.gate.spool import FOLDER as SPOOL
from preau.live.bus.interface import Bus
from preau.live.bus.memory import MemoryBus
from preau.live.journal.interface import Journal
from preau.live.journal.sqlite import SqliteJournal
from preau.live.server import LiveServer
from preau.project.answers import header
from preau.project.asgi_types import Application, Receive, Scope, Send
from preau.project.edge import Edge, known_hosts
from preau.project.haproxy_edge import SCHOOL_PATHS, GateElsewhere, HaproxyEdge, behind_an_edge
from preau.project.health import Canary, Health
from preau.project.letterbox import Letterbox
from preau.project.meter import LineMeter
from preau.project.open_paths import OpenParts, before_the_gate
from preau.project.options import Options
from preau.project.packages import PackageFiles
from preau.project.school_shell import SchoolShell
from preau.project.signals import Gate, SignalsReader, SpoolCounter
from preau.project.static_files import static_application
from preau.school.signin.verification import line_of_this_process
from preau.tokens.cookies import cookie_names
from preau.tokens.keyring import Keyring
from preau.watch.metrics import render
from preau.watch.status.publisher import StatusPublisher
from preau.watch.status.serve import StatusFiles

LIVE_PREFIX: Final = "/classe/"


class House(NamedTuple):
    """The wired parts that ``serve`` starts and stops."""

    edge: Application
    shell: SchoolShell
    canary: Canary
    run_porter: Callable[[], Awaitable[None]]
    live: LiveServer
    publisher: StatusPublisher
    spool: SpoolCounter
    haproxy: HaproxyEdge | None
    """The edge in front, where the gate is not embedded."""
    letterbox: Letterbox | None
    """In front of the school, where the gate is embedded; else it stands beside the edge."""


def build(options: Options, keyring: Keyring) -> House:
    """Wires every room for one process."""
    published = options.data / "published"
    cookies = cookie_names(secure=options.secure)
    shell = SchoolShell(
        WSGIHandler(), monotonic=time.monotonic, write_lane=SCHOOL_PATHS.write_lane, sign_in=SCHOOL_PATHS.sign_in
    )
    canary = Canary(shell, clock=time.time)
    line_of_this_process().watch = sign_ins = LineMeter(monotonic=time.monotonic)
    joins = LineMeter(monotonic=time.monotonic)
    live = LiveServer(
        keyring=keyring, journal=_journal(options), bus=_bus(options), published=published,
        cookies=cookies, allowed_origin=same_origin, clock=time.time, joins=joins,
    )  # fmt: skip
    letterbox = _letterbox(options, keyring, shell)
    rooms = behind_the_gate(live, letterbox or shell)
    pilot = Pilot(
        readings=lambda: {"http": _reading(options, shell), "sign_in": sign_ins.read(), "live": joins.read()},
        answers=lambda: canary.app_ok, journal=LadderJournal(options.data),
    )  # fmt: skip
    gate = _gate(options, keyring, rooms, pilot)
    spool = SpoolCounter(options.data / SPOOL)
    signals = SignalsReader(
        engine=gate.figures, live=live, canary=canary, published=published, spool=spool, clock=time.time
    )
    status_folder = options.data / "status"
    status = StatusFiles(status_folder)
    publisher = StatusPublisher(
        folder=status_folder,
        incidents=options.data / "incidents.jsonl",
        signals=signals.read,
        clock=time.time,
        public_url=options.base_url,
    )
    health = Health(canary, metrics=lambda: render(signals.read()))
    static = static_application(options.data, stylesheet=options.stylesheet)
    before = before_the_gate(OpenParts(health, static, PackageFiles(options.data / "colis"), status))
    edge = Edge(before=before, behind=gate.application, hosts=known_hosts(options), secure=options.secure)
    served = behind_proxies(edge, options.proxies) if gate.embedded else behind_an_edge(edge, keyring)
    return House(served, shell, canary, gate.run, live, publisher, spool, gate.haproxy, letterbox)


def _letterbox(options: Options, keyring: Keyring, shell: SchoolShell) -> Letterbox | None:
    if options.edge != "embedded":
        return None
    return Letterbox(
        shell, folder=options.data / SPOOL, keyring=keyring, cookies=cookie_names(secure=options.secure),
        write_lane=SCHOOL_PATHS.write_lane,
    )  # fmt: skip


class _Gate(NamedTuple):
    """A gate of any kind: what answers in its place in this process, its figures, what has to run, HAProxy if ours."""

    application: Application
    figures: Gate
    run: Callable[[], Awaitable[None]]
    haproxy: HaproxyEdge | None = None
    embedded: bool = False


def _reading(options: Options, shell: SchoolShell) -> Reading:
    reading = shell.meter.read()
    # Behind HAProxy nobody says which requests are those of newcomers.
    return reading if options.edge == "embedded" else reading._replace(background_per_s=None)


def _gate(options: Options, keyring: Keyring, rooms: Application, pilot: Pilot) -> _Gate:
    if options.edge == "haproxy":
        haproxy = HaproxyEdge(options, keyring, pilot=pilot)
        return _Gate(rooms, haproxy.agent, haproxy.agent.run, haproxy)
    if options.edge == "external":
        elsewhere = GateElsewhere(options.capacity)
        return _Gate(rooms, elsewhere, elsewhere.run)
    ledger, published = _ledger(options), options.data / "published"
    porter = Porter(ledger, capacity=options.capacity, published=published, pilot=pilot, clock=time.time)
    engine = Engine(
        rooms, keyring=keyring, ledger=ledger, porter=porter,
        cookies=cookie_names(secure=options.secure), published=published, school=SCHOOL_PATHS, clock=time.time,
        secure=options.secure, pass_idle_s=options.pass_idle_s,
    )  # fmt: skip
    return _Gate(engine, engine, porter.run, embedded=True)


def behind_proxies(app: Application, proxies: tuple[str, ...]) -> Application:
    """``app`` that takes the visitor’s address from a trusted proxy: the last in X-Forwarded-For that is none."""
    if not proxies:
        return app
    wrapped: Application = wrap_asgi_with_proxy_headers(app, [*proxies, *map(_seen_from_ipv6, proxies)])
    return wrapped


def _seen_from_ipv6(network: str) -> str:
    """How a socket that listens on IPv6 names the addresses of an IPv4 network."""
    known = ipaddress.ip_network(network)
    if known.version != 4:  # noqa: PLR2004  IPv4
        return network
    return f"::ffff:{known.network_address}/{96 + known.prefixlen}"


def behind_the_gate(live: Application, school: Application) -> Application:
    """Websockets to the live server, requests to the school."""

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await school(scope, receive, send)
        elif scope["path"].startswith(LIVE_PREFIX):
            await live(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 4404})

    return dispatch


def same_origin(scope: Scope) -> bool:
    """Whether a browser's request comes from a page of this very host; one without Origin is no browser's socket."""
    origin = header(scope, b"origin")
    try:
        return bool(origin) and urlsplit(origin).netloc.lower() == header(scope, b"host").lower()
    except ValueError:  # an address that is none, like http://[
        return False


def _ledger(options: Options) -> Ledger:
    if not options.redis_url:
        return MemoryLedger()
    from preau.gate.ledger.redis import RedisLedger  # noqa: PLC0415  an extra: not installed on one machine

    return RedisLedger(options.redis_url)


def _bus(options: Options) -> Bus:
    if not options.redis_url:
        return MemoryBus()
    from preau.live.bus.redis import RedisBus  # noqa: PLC0415  an extra: not installed on one machine

    return RedisBus(options.redis_url)


def _journal(options: Options) -> Journal:
    if not options.database_url.startswith("postgres"):
        return SqliteJournal(options.data / "journal.sqlite3")
    from preau.live.journal.postgres import PostgresJournal  # noqa: PLC0415  an extra: not installed on one machine

    return PostgresJournal(options.database_url)
