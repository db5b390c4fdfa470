"""`socok doctor`: what is installed, what is missing, and what follows."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from socok_analysis.cli.parser import Commands, Parser
from socok_analysis.core.errors import UsageError

if TYPE_CHECKING:
    from socok_analysis.run.doctor import Finding

TEXT = "hvad der er installeret, hvad der mangler, og hvad det betyder"
MARKS = {"ok": "+", "note": "?", "missing": "!"}


def add_commands(commands: Commands, common: Parser) -> None:
    """Add the command to the parser."""
    command = commands.add_parser("doctor", parents=[common], help=TEXT, description=TEXT)
    command.add_argument("--format", choices=("table", "json"), default="table")
    command.set_defaults(run=run_doctor)


def run_doctor(options: argparse.Namespace) -> int:
    """Tell what was found; 3 where something needed is missing."""
    import json
    from dataclasses import asdict

    from socok_analysis.run.doctor import examine

    findings = examine(find_folder(options))
    if options.format == "json":
        print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        print(describe_findings(findings))
    return 3 if any(finding.state == "missing" for finding in findings) else 0


def find_folder(options: argparse.Namespace) -> Path | None:
    """Return the project's folder; none where the command is not run in one."""
    from socok_analysis.cli.project import find_root

    if options.project is not None:
        return find_root(options)
    try:
        return find_root(options)
    except UsageError:
        return None


def describe_findings(findings: list[Finding]) -> str:
    """Return a line a finding, with what follows below it, and a conclusion."""
    lines = []
    for finding in findings:
        lines.append(f"{MARKS[finding.state]} {finding.subject:<18} {finding.detail}")
        lines += [f"  {'':<18} {finding.advice}"] if finding.advice else []
    missing = [finding.subject for finding in findings if finding.state == "missing"]
    lines += ["", f"Mangler: {', '.join(missing)}." if missing else "Alt nødvendigt er på plads."]
    return "\n".join(lines)
