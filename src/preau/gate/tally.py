"""The places that an engine has given since its start, by lane. Written by it, read by the porter."""

from preau.tokens.ticket import LANES


class Tally:
    """Growing totals. ``arrivals``: places given to people who had none."""

    def __init__(self) -> None:
        self.arrivals = [0] * LANES

    def arrived(self, lane: int) -> None:
        """Somebody who had no place was given one in ``lane``."""
        self.arrivals[lane] += 1
