"""Reads the package's dependencies from requirements/*.in, so that they stand in one place only."""

from pathlib import Path

from hatchling.metadata.plugin.interface import MetadataHookInterface

FOLDER = Path(__file__).resolve().parent.parent / "requirements"


def _lines(name: str) -> list[str]:
    lines = (FOLDER / f"{name}.in").read_text().splitlines()
    return [line for line in lines if line and not line.startswith(("#", "-r"))]


class RequirementsHook(MetadataHookInterface):
    """Base dependencies and the extras `postgres`, `redis` and `simulation`."""

    PLUGIN_NAME = "custom"

    def update(self, metadata: dict[str, object]) -> None:
        metadata["dependencies"] = _lines("base")
        metadata["optional-dependencies"] = {extra: _lines(extra) for extra in ("postgres", "redis", "simulation")}
