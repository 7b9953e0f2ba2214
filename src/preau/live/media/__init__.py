"""The media plane of a live class."""
