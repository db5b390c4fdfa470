"""Run the command line as `python -m socok_analysis`."""

import sys

from socok_analysis.cli import run

if __name__ == "__main__":
    sys.exit(run())
