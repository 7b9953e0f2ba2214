"""HAProxy in front of the application, in two ways.

``PREAU_EDGE=haproxy``: one process, the guard, owns everything. HAProxy listens on BIND, the application behind it on a
socket in a folder that only this account may enter; the guard writes the files of HAProxy, starts and ends both
(``project.guard``), and the application feeds HAProxy.
``PREAU_EDGE=external``: the operator runs HAProxy on what ``preau edge render`` wrote and ``preau edge agent`` feeds;
the application listens on BIND without a gate. In both the application answers only to who shows the edge's secret.
"""

import asyncio
import base64
import hashlib
import os
import resource
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from preau.gate.engine import GateSnapshot
from preau.gate.haproxy import maps
from preau.gate.haproxy.agent import EdgeAgent, plan_of
from preau.gate.haproxy.behind import BehindTheEdge
from preau.gate.haproxy.control import Control
from preau.gate.haproxy.ledger import EdgeLedger
from preau.gate.haproxy.process import EdgeNotStarted, EdgeProcess, write_files
from preau.gate.haproxy.render import render
from preau.gate.haproxy.settings import EdgeSettings, OpenPaths
from preau.gate.pilot import Pilot
from preau.gate.porter import Porter
from preau.gate.public_draw import draw_json
from preau.gate.request import SchoolPaths
from preau.project.asgi_types import Application
from preau.project.edge import headers_of_own_pages
from preau.project.open_paths import OPEN_PATHS
from preau.project.options import Options
from preau.school.pages.script_paths import SCRIPT_PATHS
from preau.tokens.cookies import cookie_names
from preau.tokens.keyring import Keyring

SCHOOL_PATHS: Final = SchoolPaths(
    write_lane="/travail/",
    sign_in=("/connexion/", "/c/"),
    scripts=SCRIPT_PATHS,
)

FOLDER: Final = "edge"
LONGEST_FOLDER: Final = 70
"""Characters: HAProxy takes 97 for a socket, of which the name and its draft need 25."""
CONNECTIONS_MAX: Final = 20_000
"""As many as the ledger counts people waiting."""
SPARE_DESCRIPTORS: Final = 200
"""HAProxy's own: where it listens, the control socket, peers, looks at the application."""
CLIENTS_SHARE: Final = 2 / 3
"""Of the descriptors, for connections of browsers; the rest goes on to the application, one for each request under way
(at most 60 in the lanes) and each live class's websocket. Who waits needs none there: 20,000 descriptors hold 13,200
browsers."""


class HaproxyEdge:
    """HAProxy in front of the application, its agent and the files of both.

    Args:
        options: of the installation.
        keyring: keys of the tokens.
        pilot: sets rate and level; None: by places alone, as for an edge apart from the application.
        folder: where the files are; None: ``own_folder``.
        bind: where HAProxy listens; None: on BIND.
        application: where the application listens, as HAProxy writes it; None: on a socket in the folder.
        peers: all edges of the installation by name with the addresses where they listen for each other.
        name: which of them this one is.

    Attributes:
        agent: what feeds HAProxy; to be run for as long as it runs.
        socket: the socket on which the application has to listen.
        application: where it listens, as HAProxy writes it.
        standby_socket: the socket of the process beside the edge.
    """

    def __init__(  # noqa: PLR0913  each is a choice of who runs the edge
        self,
        options: Options,
        keyring: Keyring,
        *,
        pilot: Pilot | None = None,
        folder: Path | None = None,
        bind: str | None = None,
        application: str | None = None,
        peers: tuple[tuple[str, str], ...] = (),
        name: str = "",
    ) -> None:
        self._options, self._keyring = options, keyring
        self._folder = (folder or own_folder(options.data)).resolve()
        self.socket = self._folder / "application.sock"
        self._peers, self._name = peers, name
        self._bind = bind or _address(*options.bind)
        self._ours = application is None
        self.standby_socket = self._folder / "standby.sock"
        self.application = application or f"unix@{self.socket}"
        self._process = EdgeProcess(self._folder, write=self.write)
        control, published = Control(self._folder / "edge.sock"), options.data / "published"
        ledger = EdgeLedger(control)
        self._porter = Porter(ledger, capacity=options.capacity, published=published, pilot=pilot, clock=time.time)
        self.agent = EdgeAgent(
            control,
            folder=self._folder,
            keyring=keyring,
            porter=self._porter,
            published=published,
        )

    def files(self) -> dict[str, str]:
        """Every file of the edge, by name."""
        # The guard's porter never looks: a HAProxy started again must know today's orders and the plan of this minute.
        now_s, outlook = time.time(), self._porter.outlook_of_a_start()
        keys = maps.key_lines(self._keyring, now_s=now_s)
        draw = draw_json(self._keyring, now_s=now_s).decode()
        return render(self._settings(), keys, plan_of(outlook, now_s=now_s), outlook.state_json.decode(), draw)

    def write(self) -> None:
        """Writes the files into the folder."""
        write_files(self._folder, self.files())

    async def check(self) -> None:
        """Has HAProxy read them; raises ``EdgeNotStarted`` with what it says."""
        await self._process.check()

    async def __aenter__(self) -> Self:
        """Starts HAProxy; raises ``EdgeNotStarted``."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        await self._process.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._process.stop()

    async def run(self) -> None:
        """Starts HAProxy again whenever it ends."""
        await self._process.run()

    def _settings(self) -> EdgeSettings:
        options = self._options
        certificate = options.edge_certificate
        soft_limit, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        connections_max, descriptors = connections(soft_limit, ours=self._ours)
        return EdgeSettings(
            folder=str(self._folder),
            bind=self._bind,
            application=self.application,
            standby=f"unix@{self.standby_socket}",
            edge_secret=edge_secret(self._keyring),
            cookies=cookie_names(secure=options.secure),
            secure=options.secure,
            school=SCHOOL_PATHS,
            open=_open_paths(),
            headers=headers_of_own_pages(secure=options.secure),
            certificate="" if certificate is None else str(certificate.resolve()),
            pass_idle_s=options.pass_idle_s,
            threads=options.edge_threads,
            connections_max=connections_max,
            descriptors=descriptors,
            peers=self._peers,
            own_name=self._name,
        )


class GateElsewhere:
    """What an application knows of a gate that an edge of its own runs: only its capacity."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity

    def snapshot(self) -> GateSnapshot:
        """The figures of the gate; nobody inside and nobody waiting, as far as this process sees."""
        return GateSnapshot(
            inside=0,
            waiting={},
            arrivals_total=0,
            admitted_total=0,
            refused_total=0,
            capacity=self._capacity,
            level=0,
            tokens_refused={},
            ledger_failures_total=0,
        )

    async def run(self) -> None:
        """There is no porter here."""
        await asyncio.Event().wait()


def behind_an_edge(app: Application, keyring: Keyring) -> BehindTheEdge:
    """The application without a gate, for the edges of this installation alone."""
    return BehindTheEdge(app, secret=edge_secret(keyring))


def own_folder(data: Path) -> Path:
    """Where the files of an edge of our own are: in the data folder, or in a short one when sockets could not be there.

    All of them are written anew at each start. The short one is this account's alone, whoever else writes beside it.

    Raises:
        EdgeNotStarted: somebody else made a folder of that name.
    """
    folder = (data / FOLDER).resolve()
    if len(str(folder)) <= LONGEST_FOLDER:
        return folder
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    short = Path(tempfile.gettempdir()) / f"preau-edge-{os.getuid()}-{name}"
    short.mkdir(mode=0o700, exist_ok=True)
    if short.is_symlink() or short.stat().st_uid != os.getuid() or short.stat().st_mode & 0o077:
        raise EdgeNotStarted(f"{short} n’appartient pas à ce compte seul")
    return short


def edge_secret(keyring: Keyring) -> str:
    """What an edge shows to the application: 43 characters of base64url, the same for all of an installation."""
    return base64.urlsafe_b64encode(keyring.standing_key("edge")).rstrip(b"=").decode("ascii")


def _open_paths() -> OpenPaths:
    prefixes = tuple(path[:-1] for path in OPEN_PATHS if path.endswith("*"))
    return OpenPaths(exact=tuple(path for path in OPEN_PATHS if not path.endswith("*")), prefixes=prefixes)


def _address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def connections(soft_limit: int, *, ours: bool) -> tuple[int, int]:
    """(connections at once, descriptors told to HAProxy): as many as ``soft_limit`` allows.

    Args:
        soft_limit: descriptors that this process may have.
        ours: whether HAProxy is a child of this process, and so has its limit; elsewhere it has to see for itself, and
            asks for two descriptors per connection.
    """
    if soft_limit == resource.RLIM_INFINITY:
        return CONNECTIONS_MAX, 0
    allowed = int((soft_limit - SPARE_DESCRIPTORS) * (CLIENTS_SHARE if ours else 1 / 2))
    return max(100, min(CONNECTIONS_MAX, allowed)), soft_limit if ours else 0
