"""Fixtures for every room: the real engines, started once per run and only when a test asks for them."""

from collections.abc import Iterator

import pytest

import engines


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Connection string of a throw-away PostgreSQL; skips where it is not installed."""
    yield from engines.postgres_server()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """Address of a throw-away Redis; skips where it is not installed."""
    yield from engines.redis_server()
