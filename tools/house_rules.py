"""Checks the house's own rules that no linter knows: sizes, forbidden names, locks without addresses, left-overs."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 40
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "service", "misc"}
ADDRESS = re.compile(r"https?://|file://")
# What the next line holds is the list of the words to look for, not work left undone: so the check skips its own file.
LEFT_OVER = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")  # words to look for; nothing is undone here
SELF = "tools/house_rules.py"


def tracked(*patterns: str) -> list[Path]:
    """Files in git, and new ones not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()  # noqa: S603
    return [Path(line) for line in lines if Path(line).is_file()]


def long_things(path: Path, text: str) -> Iterator[str]:
    """Modules and functions over the size budget."""
    lines = text.count("\n")
    if lines > MAX_MODULE_LINES:
        yield f"{path}: {lines} lines, {MAX_MODULE_LINES} at most: split it by noun"
    if path.suffix != ".py":
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body
            documented = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant) and len(body) > 1
            first = body[1].lineno if documented else body[0].lineno
            length = (node.end_lineno or first) - first + 1
            if length > MAX_FUNCTION_LINES:
                yield f"{path}:{node.lineno}: {node.name} has {length} lines, {MAX_FUNCTION_LINES} at most"


def findings() -> Iterator[str]:
    """Everything that breaks a rule, as ``path: what``."""
    for path in tracked("*.py", "*.ts"):
        if "migrations" in path.parts or path.suffixes[-2:] == [".d", ".ts"]:
            continue
        text = path.read_text(encoding="utf-8")
        yield from long_things(path, text)
        if path.stem in FORBIDDEN_NAMES or FORBIDDEN_NAMES & set(path.parts):
            yield f"{path}: a name for “various”; say what it holds"
        if str(path) != SELF and LEFT_OVER.search(text):
            yield f"{path}: left undone ({LEFT_OVER.search(text)[0]})"  # type: ignore[index]
    for path in tracked("requirements/*.txt"):
        if ADDRESS.search(path.read_text()):
            yield f"{path}: a lock names an index address"
    if '"resolved"' in Path("client/package-lock.json").read_text():
        yield "client/package-lock.json: a lock names a registry address"


def main() -> None:
    """Prints what was found; exits 1 if anything."""
    found = list(findings())
    for line in found:
        print(line, file=sys.stderr)
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
