"""A gate of a given capacity."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gate.harness import Gate


@pytest.fixture
def make_gate(tmp_path: Path) -> Callable[..., Gate]:
    def make(capacity: int = 2) -> Gate:
        return Gate(capacity=capacity, published=tmp_path / "published")

    return make
