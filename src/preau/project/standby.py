"""What stands beside a HAProxy edge and outlives the application: the letterbox, lessons, the status page, the styles.

A process without Django and without a database: all it needs are files. HAProxy sends work handed in here first, and
what is open to everybody when the application is gone.
"""

import asyncio
from pathlib import Path
from typing import Final

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from preau.gate.haproxy.forward import Forward
from preau.gate.spool import FOLDER as SPOOL
from preau.project.answers import refuse, respond_json
from preau.project.asgi_types import Receive, Scope, Send
from preau.project.edge import Edge, known_hosts
from preau.project.haproxy_edge import SCHOOL_PATHS, HaproxyEdge, behind_an_edge, edge_secret
from preau.project.letterbox import Letterbox
from preau.project.open_paths import OpenParts, before_the_gate
from preau.project.options import Options
from preau.project.packages import PackageFiles
from preau.project.static_files import static_application
from preau.project.supervised import supervised
from preau.tokens.cookies import cookie_names
from preau.tokens.keyring import Keyring
from preau.watch.status.serve import StatusFiles

BACKLOG: Final = 1024
"""Connections at once, all HAProxy's: work handed in, a few at a time, and files while the application is gone."""
HEADER_TIMEOUT_MS: Final = 5000
"""HAProxy sends a head whole; the same as of the application's server."""


class Standby:
    """The process beside one edge.

    Args:
        options: of the installation.
        keyring: keys of the tokens.
        edge: beside which it stands.
    """

    def __init__(self, options: Options, keyring: Keyring, edge: HaproxyEdge) -> None:
        self._socket: Path = edge.standby_socket
        self._letterbox = Letterbox(
            Forward(edge.application, secret=edge_secret(keyring)),
            folder=options.data / SPOOL,
            keyring=keyring,
            cookies=cookie_names(secure=options.secure),
            write_lane=SCHOOL_PATHS.write_lane,
        )
        static = static_application(options.data, stylesheet=options.stylesheet)
        status = StatusFiles(options.data / "status")
        before = before_the_gate(OpenParts(_health, static, PackageFiles(options.data / "colis"), status))
        # HAProxy lets any host pass; the application refuses what is none of ours, and so has to who answers for it.
        dressed = Edge(before=before, behind=self._letterbox, hosts=known_hosts(options), secure=options.secure)
        self._application = behind_an_edge(dressed, keyring)

    async def run(self) -> None:
        """Serves and delivers until it is cancelled."""
        self._socket.unlink(missing_ok=True)
        server = Server(
            self._application, uds=self._socket, interface=Interfaces.ASGINL, http=HTTPModes.http1,
            backlog=BACKLOG, backpressure=BACKLOG, log_enabled=False,
            http1_settings=HTTP1Settings(header_read_timeout=HEADER_TIMEOUT_MS),
        )  # fmt: skip
        delivering = asyncio.create_task(supervised("letterbox", self._letterbox.deliver))
        try:
            await server.serve()
        finally:
            delivering.cancel()


async def _health(scope: Scope, _receive: Receive, send: Send) -> None:
    """Asked here, the application does not answer."""
    if scope["path"] == "/__lbheartbeat__":
        await respond_json(send, {"status": "ok"})
    elif scope["path"] == "/__heartbeat__":
        await respond_json(send, {"status": "error", "checks": {"application": "down"}}, status=503)
    else:
        sentence = "L’application ne répond pas pour le moment."
        await refuse(scope, send, status=503, code="app_unavailable", sentence=sentence)
