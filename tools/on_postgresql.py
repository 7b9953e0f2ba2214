"""Runs a command with DATABASE_URL set to a throw-away PostgreSQL, or says that it is skipped.

Usage: python tools/on_postgresql.py COMMAND …
"""

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
import engines


def main() -> int:
    """The command's exit code; 0 when PostgreSQL is not installed."""
    try:
        with contextmanager(engines.postgres_server)() as address:
            asked = parse_qs(urlsplit(address).query)
            url = f"postgresql://{asked['user'][0]}@{quote(asked['host'][0], safe='')}/postgres"
            environ = {**os.environ, "DATABASE_URL": url}
            return subprocess.run(sys.argv[1:], env=environ, check=False).returncode  # noqa: S603  our own Makefile's
    except pytest.skip.Exception as skipped:
        print(f"!! NOT RUN on PostgreSQL: {skipped}")
        return 0


if __name__ == "__main__":
    sys.exit(main())
