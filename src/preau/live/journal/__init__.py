"""The journal of the live classes: one ordered, durable log per class."""
