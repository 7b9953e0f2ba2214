"""A gate of a given capacity."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from gate.harness import Gate

settings.register_profile("shared machine", deadline=None)  # a busy machine is not a slow rule
settings.load_profile("shared machine")


@pytest.fixture
def make_gate(tmp_path: Path) -> Callable[..., Gate]:
    def make(capacity: int = 2, pass_idle_s: int = 900) -> Gate:
        return Gate(capacity=capacity, published=tmp_path / "published", pass_idle_s=pass_idle_s)

    return make
