"""Argon2id with the parameters that OWASP's Password Storage Cheat Sheet asks for at least: 19 MiB, 2 passes, 1 lane.

Django's default (100 MiB, 2 passes, 8 lanes) costs 260 ms of processor on the floor machine, these cost 30 ms, and
there is a morning when a whole school signs in. Existing hashes are verified with their own parameters and rewritten
with these at the next sign-in. Revisit when a sign-in may cost more than the lesson that it opens.
"""

from django.contrib.auth.hashers import Argon2PasswordHasher


class SchoolArgon2PasswordHasher(Argon2PasswordHasher):
    """To be named in ``PASSWORD_HASHERS``."""

    time_cost = 2
    memory_cost = 19_456  # KiB
    parallelism = 1
