"""`socok fix`: writes a line that a message proposed, after showing it.

What is proposed comes from the messages of `socok check`: a heading, a code, a correction, an
accepted deviation, a date of `year.toml`. What only a person knows stands in it in parentheses
and is asked for. A file keeps its encoding, its line ends and what stands between its cells, and
is replaced whole; where its reader then finds faults, what stood there is put back.
"""

from __future__ import annotations

import csv
import re
import shutil
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from socok_analysis.checks import deviations
from socok_analysis.cli.check import check_year
from socok_analysis.cli.parser import Answer, Say, find_root
from socok_analysis.core.danish import did_you_mean, fold
from socok_analysis.core.folders import lock_project
from socok_analysis.core.lists import choose_sign, list_columns
from socok_analysis.core.problems import (
    DataError,
    Problem,
    Proposal,
    SocokError,
    UsageError,
    describe_group,
    write_line,
)
from socok_analysis.core.year import FILE as SETTINGS
from socok_analysis.core.year import list_years, raw_dir, read_year
from socok_analysis.intake import corrections
from socok_analysis.intake.maps import QUESTIONS, TO_TELL, read_maps

# What the cells in parentheses ask.
ASKED = {gap: gap.strip("()") for gap in (*corrections.TO_FILL, *deviations.TO_FILL)}
ASKED |= {TO_TELL: "teksten, som den står i cellen", "(kode)": "koden"}
ASKED |= {f"({name})": question for name, question in QUESTIONS.items()}
OWN: Mapping[str, tuple[type, Callable[[Path], tuple[object, list[Problem]]]]] = {
    deviations.FILE: (deviations.Deviation, deviations.read_deviations),
    corrections.FILE: (corrections.Correction, corrections.read_corrections),
}
YES = ("j", "ja", "y", "yes")


def run_fix(options: Namespace, say: Say) -> Answer:
    """Write the proposals that are wanted, until no new ones come of it; 1 where one is not."""
    root = find_root(options)
    if options.year is None and not list_years(root):
        raise UsageError("Der er ingen år endnu. Lav det første: socok new ÅR")
    number = list_years(root)[-1] if options.year is None else options.year
    given = dict(_split(text) for text in options.set)
    if options.yes and not options.what:
        raise UsageError("--yes skal vide, hvad der skal skrives: nævn cellen, ordet eller filen.")
    seen, written, left = set[Proposal | None](), 0, 0
    while True:
        steps = check_year(root, number, options.edition, say)
        found = [p for step in steps for p in step.problems if p.proposal not in (None, *seen)]
        new = {problem.proposal: problem for problem in found}
        named = {*map(fold, options.what)}
        wanted = [p for p in new.values() if not named or named & {*map(fold, _list_names(p))}]
        if options.what and not seen and not wanted:
            known = [name for p in new.values() for name in _list_names(p)]
            near = did_you_mean(options.what[0], known)
            raise UsageError(f"Ingen besked om {', '.join(options.what)} foreslår en linje.{near}")
        seen |= new.keys()
        if not wanted:
            break
        options.stop()
        with lock_project(root, "socok fix", say):
            for problem in wanted:
                try:
                    is_written = offer(problem, given, options.yes, root, number)
                except EOFError:
                    return 1, "\nDer er ingen at spørge: svar med --set og --yes."
                written, left = written + is_written, left + (not is_written)
    if not seen:
        return 0, "Ingen besked foreslår en linje, der kan skrives."
    told = f"{written} {'linje' if written == 1 else 'linjer'} skrevet, {left} ikke."
    return int(left > 0 or not written), f"{told} Kør “socok check {number}”."


def _split(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    known = [*dict.fromkeys(gap.strip("()").partition(" ")[0] for gap in ASKED)]
    if not sign or name not in known:
        near = did_you_mean(name, known)
        raise UsageError(f"--set {text}: skriv navn=værdi; navnene er {', '.join(known)}.{near}")
    return name, " ".join(value.split())


def _list_names(problem: Problem) -> list[str]:
    """Return what a proposal may be asked for by."""
    file = problem.proposal.file.rpartition("/")[2] if problem.proposal else ""
    names = (problem.cell, problem.found, problem.column, problem.check, file)
    return [name for name in names if name]


def offer(
    problem: Problem, given: Mapping[str, str], is_agreed: bool, root: Path, number: int
) -> bool:
    """Show what a problem proposes, ask for what it lacks and whether to write it; tell whether it
    was. Where a guess is wrong, what is proposed otherwise is next.
    """
    proposal = problem.proposal
    if not proposal:
        return False
    print(f"\n{describe_group([problem])}")
    try:
        cells = tuple(_fill(cell, given, is_agreed) for cell in proposal.cells)
        proposal = replace(proposal, cells=cells)
        path = raw_dir(root, number).parent / proposal.file
        if "/" not in proposal.file:
            path = raw_dir(root, number) / proposal.file
        print(f"→ {path.relative_to(root).as_posix()}: {proposal.line}")
        if not is_agreed and input("Skriv den? (ja/nej) ").strip().lower() not in YES:
            message = f"“{cells[0]}” som en ny kode."
            other = replace(problem, message=message, advice="", proposal=proposal.otherwise)
            return offer(other, given, False, root, number)
        write_safely(proposal, path, root, number)
    except SocokError as error:
        told = [p.message for p in getattr(error, "problems", ())] or [str(error)]
        print(f"Ikke skrevet: {' '.join(told)}", file=sys.stderr)
        return False
    print("Skrevet.")
    return True


def _fill(cell: str, given: Mapping[str, str], is_agreed: bool) -> str:
    """Return a cell, what is asked in it answered; raise UsageError where it is not."""
    if cell not in ASKED:
        return cell
    name = cell.strip("()")
    default = date.today().isoformat() if name.startswith("dato") else ""
    answer = next((value for key, value in given.items() if name.startswith(key)), "")
    if not answer and not is_agreed:
        answer = input(f"  {ASKED[cell]}{f' [{default}]' if default else ''}: ").strip()
    if not (answer or default or "tom)" in ASKED[cell]):
        raise UsageError(f"{name} mangler (eller --set {name.partition(' ')[0]}=...).")
    return answer or default


def write_safely(proposal: Proposal, path: Path, root: Path, number: int) -> None:
    """Write a proposal; raise DataError, what stood there put back, where it cannot be read."""
    there = path.read_bytes() if path.exists() else None
    old = there or b""
    if not old.strip() and path.name in OWN:
        old = f"{','.join(list_columns(OWN[path.name][0]))}\n".encode()
    try:
        text = old.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        told = f"{path.name} er ikke gemt som UTF-8. Gem den sådan, og prøv igen."
        raise DataError(told) from error
    end, mark = "\r\n" if "\r\n" in text else "\n", old[: -len(text.encode()) or len(old)]
    before, lines = _find_faults(path, root, number), text.splitlines()
    changed = _change(proposal, [*lines])
    if changed == lines:
        raise DataError(f"{path.name} har det, eller mangler stedet. Ret den i Notesblok.")
    _replace(path, mark + (end.join(changed) + end).encode())
    if faults := [p for p in _find_faults(path, root, number) if p not in before]:
        if there is None:
            path.unlink()
        else:
            _replace(path, there)
        raise DataError(f"{path.name} kunne ikke læses med linjen.", faults)


def _change(proposal: Proposal, lines: list[str]) -> list[str]:
    """Return a file's lines with the proposal among them."""
    cells: Sequence[str] = proposal.cells
    if proposal.file == SETTINGS:
        key = re.compile(rf"#?\s*{proposal.row}\s*=")
        places = [index for index, line in enumerate(lines) if key.match(line)]
        in_use = [index for index in places if not lines[index].startswith("#")]
        for index in (in_use or places)[:1]:  # a line that is commented out stays beside one in use
            lines[index] = f"{proposal.row} = {cells[0]}"
        return lines
    top = next((line for line in lines if line.strip()), "")
    sign = choose_sign(top)
    heading = next(csv.reader([top], delimiter=sign))
    if not proposal.row:
        if own := OWN.get(proposal.file):
            known = dict(zip(list_columns(own[0]), cells, strict=True))
            cells = [known.get(name, "") for name in heading]
        return [*lines, write_line(cells, sign)]
    place = heading.index(proposal.column)
    for index, line in enumerate(lines):
        row = next(csv.reader([line], delimiter=sign), [])
        if row[:1] == [proposal.row]:
            row += [""] * (len(heading) - len(row))
            spellings = dict.fromkeys("|".join((row[place], *cells)).split("|"))
            row[place] = "|".join(filter(None, spellings))
            lines[index] = write_line(row, sign)
    return lines


def _find_faults(path: Path, root: Path, number: int) -> list[Problem]:
    """Return what the reader of a file finds wrong with it."""
    if path.name in OWN:
        return OWN[path.name][1](path.parent)[1]
    try:
        (read_year if path.name == SETTINGS else read_maps)(root, number)
    except DataError as error:
        return [*error.problems]
    return []


def _replace(path: Path, data: bytes) -> None:
    """Replace a file whole."""
    fresh = path.with_name(f".{path.name}.ny")
    try:
        fresh.write_bytes(data)
        if path.exists():
            shutil.copymode(path, fresh)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
