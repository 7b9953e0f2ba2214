"""One request at the gate, read once and handed from part to part."""

from typing import Final

import msgspec

from preau.gate.visitor import SAFE_METHODS, Headers, Scope, Visitor, wants_page
from preau.tokens.card import Role

NEWCOMER: Final = "preau.newcomer"
"""Key of the ASGI scope, set for who entered a moment ago: the request is still the work of the entry."""


class SchoolPaths(msgspec.Struct, frozen=True, kw_only=True):
    """What the gate has to know of the addresses behind it.

    Attributes:
        write_lane: the beginning of the paths where work is handed in by POST.
        sign_in: the beginnings of the paths where people sign in; the first is where a link « Se connecter » leads.
        scripts: paths that only scripts ask for: they are answered in JSON whatever they accept.
        live: a pattern of the whole paths where live classes open their sockets; nobody else may open one.
        day: where a class link leads who is known: the page from which the class is entered.
    """

    write_lane: str
    sign_in: tuple[str, ...]
    scripts: frozenset[str]
    live: str = r"/classe/[0-9a-f]{32}/ws"
    day: str = "/journee/"


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A request as the gate sees it.

    Attributes:
        path: the decoded path.
        method: GET for a websocket.
        now_s: the wall clock at its arrival.
    """

    scope: Scope
    path: str
    method: str
    headers: Headers
    visitor: Visitor
    now_s: float
    school: SchoolPaths

    @property
    def is_safe(self) -> bool:
        """Whether the request may be repeated: nothing was sent that could be lost."""
        return self.method in SAFE_METHODS

    @property
    def wants_page(self) -> bool:
        """Whether a person reads the answer."""
        return self.path not in self.school.scripts and wants_page(self.headers)

    @property
    def is_pupil(self) -> bool:
        """Whether a pupil reads the answer, as far as the device's card tells: pupils alone are called *tu*."""
        return self.visitor.card is not None and self.visitor.card.role is Role.PUPIL

    @property
    def is_sign_in(self) -> bool:
        """Whether somebody is about to say who they are: only then the gate can know whom to let in first."""
        return self.path.startswith(self.school.sign_in)

    @property
    def is_homework(self) -> bool:
        """Whether somebody known hands in work: it waits for nobody's place."""
        return self.method == "POST" and self.path.startswith(self.school.write_lane) and self.visitor.card is not None
