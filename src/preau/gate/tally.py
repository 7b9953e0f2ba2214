"""What one process of the gate has counted since its start, by lane. Written by the doorkeeper, read by the report."""

from preau.tokens.ticket import LANES


class Tally:
    """Growing totals. ``arrivals``: places given to people who had none; ``admitted``: claims granted."""

    def __init__(self) -> None:
        self.arrivals = [0] * LANES
        self.admitted = [0] * LANES

    def arrived(self, lane: int) -> None:
        """Somebody who had no place was given one in ``lane``."""
        self.arrivals[lane] += 1

    def entered(self, lane: int) -> None:
        """A claim was granted in ``lane``."""
        self.admitted[lane] += 1
