"""Fixtures for every room: the real engines, started once per run and only when a test asks for them."""

from collections.abc import Iterator

import pytest

import engines


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """SQLite in a file, as when Préau runs: one in memory would be one connection, lent to every thread of a test's
    server, and two threads that begin a transaction on it break each other's.
    """
    from django.db import connections

    connection = connections["default"]
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "school.sqlite3")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Connection string of a throw-away PostgreSQL; skips where it is not installed."""
    yield from engines.postgres_server()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """Address of a throw-away Redis; skips where it is not installed."""
    yield from engines.redis_server()
