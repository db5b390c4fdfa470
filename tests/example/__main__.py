"""`python tests/example [--out DIR] [--scale N] [YEAR ...]`: make the example exports again."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from example import YEARS, make_exports  # noqa: E402


def main() -> None:
    """Write the exports and print their paths."""
    parser = argparse.ArgumentParser(prog="python tests/example")
    parser.description = "Make the example exports again from the published figures."
    parser.add_argument("years", nargs="*", type=int, metavar="YEAR", help="all if none is named")
    parser.add_argument("--out", type=Path, default=Path("data/raw"), help="default: data/raw")
    parser.add_argument("--scale", type=int, default=1, help="that many times the people")
    arguments = parser.parse_args()
    if unknown := set(arguments.years) - set(YEARS):
        parser.error(f"no figures published for {min(unknown)}; known: {YEARS}")
    if arguments.scale < 1:
        parser.error("--scale must be at least 1")
    for year in arguments.years or YEARS:
        for path in make_exports(arguments.out, year, arguments.scale):
            print(path)


if __name__ == "__main__":
    main()
