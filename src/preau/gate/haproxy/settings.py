"""What a HAProxy edge is told when its configuration is written."""

import msgspec

from preau.gate.request import SchoolPaths
from preau.tokens.cookies import CookieNames


class OpenPaths(msgspec.Struct, frozen=True, kw_only=True):
    """Addresses that are answered without the gate: status page, static files, packages, health."""

    exact: tuple[str, ...]
    prefixes: tuple[str, ...]


class EdgeSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the text of a configuration depends on.

    Attributes:
        folder: absolute path of the folder that holds configuration, maps, pages and the socket of the agent.
        bind: ``address:port`` to listen on.
        certificate: PEM file with certificate and key; empty serves plain HTTP.
        application: ``address:port`` of the application, which trusts nobody but this edge.
        standby: address of the process beside the edge (``project.standby``), written like ``application``; empty for
            none. Work handed in goes through it; what is open to everybody does while the application is gone.
        edge_secret: 22 to 64 base64url characters by which the application knows the edge.
        cookies, secure, school: as the embedded engine's.
        open: addresses without the gate.
        headers: security headers of the edge's own answers, the Content-Security-Policy apart.
        pass_idle_s: how long somebody silent counts as inside.
        threads: threads of HAProxy. Counters are exact with one; each further one may let one person more in at once.
        connections_max: connections at once, waiting browsers included.
        descriptors: of the process, for those connections and for what goes on to the application; 0: HAProxy asks for
            two per connection, and does not start with fewer.
        source_connections_per_10_s: connections that one address may open in ten seconds before its next are refused
            ahead of the TLS handshake; a school of 1,200 behind one address opens 7,200 in its worst ten seconds.
        school_width, uploads_width, homework_width, sign_in_width: requests under way at once in the application, by
            backend; all but the first in halves, of which one visitor, card or source has one. The first two together
            are as many as the school lets wait for its one thread, so that nobody inside is turned away behind HAProxy.
        homework_line, sign_in_line: those under way or waiting, in all.
        homework_per_card, sign_in_per_source: of these, of one card, from one network source.
        clock_offset_s: seconds added to the clock, for tests.
        peers: name and ``address:port`` of every edge of the installation, this one included; empty for one edge alone.
        own_name: which of the peers this edge is.
    """

    folder: str
    bind: str
    application: str
    edge_secret: str
    cookies: CookieNames
    secure: bool
    school: SchoolPaths
    open: OpenPaths
    headers: tuple[tuple[str, str], ...] = ()
    certificate: str = ""
    pass_idle_s: int = 900
    threads: int = 1
    connections_max: int = 7_000
    descriptors: int = 0
    source_connections_per_10_s: int = 10_000
    school_width: int = 34
    uploads_width: int = 6
    homework_width: int = 8
    homework_line: int = 400
    homework_per_card: int = 16
    sign_in_width: int = 4
    sign_in_line: int = 54
    sign_in_per_source: int = 10
    clock_offset_s: int = 0
    standby: str = ""
    peers: tuple[tuple[str, str], ...] = ()
    own_name: str = ""
