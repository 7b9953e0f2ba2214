"""``python -m preau.cli``."""

from preau.cli.main import main

main()
