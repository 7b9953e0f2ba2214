"""Gathers what the rooms say of themselves into the signals that the watch publishes."""
