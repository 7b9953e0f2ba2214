"""One request at the gate, read once and handed from part to part."""

from collections.abc import Mapping

import msgspec

from preau.gate.visitor import SAFE_METHODS, Scope, Visitor, wants_page


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A request as the gate sees it. ``now_s`` is the wall clock at its arrival."""

    scope: Scope
    headers: Mapping[str, str]
    visitor: Visitor
    now_s: float

    @property
    def path(self) -> str:
        """The decoded path."""
        return str(self.scope["path"])

    @property
    def method(self) -> str:
        """The method; GET for a websocket."""
        return str(self.scope.get("method", "GET"))

    @property
    def is_safe(self) -> bool:
        """Whether the request may be repeated: nothing was sent that could be lost."""
        return self.method in SAFE_METHODS

    @property
    def wants_page(self) -> bool:
        """Whether a person reads the answer."""
        return self.path not in {"/travail/journal", "/travail/suivi"} and wants_page(self.headers)
