"""What the watch is told and what it counts: readings, per-second rings, the day's tally."""
