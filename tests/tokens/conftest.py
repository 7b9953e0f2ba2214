"""Settings of the tests of the tokens."""

from hypothesis import settings

settings.register_profile("shared machine", deadline=None)  # a busy machine is not a slow rule
settings.load_profile("shared machine")
