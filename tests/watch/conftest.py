"""The tests of the watch measure no time: a loaded machine must not make them fail."""

from hypothesis import settings

settings.register_profile("no_deadline", deadline=None)
settings.load_profile("no_deadline")
