"""One text file: Markdown whose parts are its second-level headings.

    # 6.1 CSR og socialøkonomi
    ## Indledning
    Tekst ...

Comments (`<!-- ... -->`) are for whoever writes; readers never see them. A part that holds
nothing else is empty. A part may begin with lines like `Status: fulgt`; they are its labels.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from socok_analysis.core.danish import CPR, did_you_mean
from socok_analysis.core.errors import DataError, UsageError
from socok_analysis.core.problems import Problem
from socok_analysis.core.year import list_years, maps_dir, raw_dir
from socok_analysis.intake.rows import fault as row_fault
from socok_analysis.intake.rows import read_rows

FOLDER = "tekst"
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
HEADING = re.compile(r"(#{1,2})\s+(.*?)\s*#*")
LABEL = re.compile(r"(Status|Handler om):\s*(.*)")


@dataclass(frozen=True)
class Part:
    """The text below a heading. `line` is the line of the file its body starts on."""

    heading: str
    body: str
    line: int
    heading_line: int
    labels: Mapping[str, str]


@dataclass(frozen=True)
class Text:
    """A text file: where it lies as messages say it, its title, and its parts by heading."""

    place: str
    title: str
    parts: tuple[Part, ...]

    def find(self, heading: str) -> Part | None:
        """Return the part with a heading, None where it is missing or empty."""
        wanted = heading.casefold()
        found = (p for p in self.parts if p.heading.casefold() == wanted and p.body)
        return next(found, None)


def text_dir(root: Path, year: int) -> Path:
    """Return the folder of a year's texts."""
    return raw_dir(root, year) / FOLDER


def list_text_files(root: Path, year: int) -> list[Path]:
    """Return every text file of a year, by path."""
    return sorted(text_dir(root, year).rglob("*.md"))


def read_text(root: Path, year: int, name: str) -> Text | None:
    """Return a year's text by its name (`netvaerk`, `virksomheder/sumak`), None without a file."""
    path = text_dir(root, year) / f"{name}.md"
    place = f"data/raw/{year}/{FOLDER}/{name}.md"
    return parse_text(load_text(path, place), place) if path.is_file() else None


def load_text(path: Path, place: str) -> str:
    """Return a file's text; raise DataError where it is not saved as UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{place} er ikke gemt som UTF-8. Gem filen som UTF-8.") from error


def blank_comments(source: str) -> str:
    """Return a text without its comments; every line keeps its number."""
    return COMMENT.sub(lambda match: "\n" * match[0].count("\n"), source)


def parse_text(source: str, place: str) -> Text:
    """Return the parts of a text."""
    title, heading, start = "", "", 1
    parts: list[Part] = []
    lines = blank_comments(source).splitlines()
    marks = [(n, match) for n, line in enumerate(lines) if (match := HEADING.fullmatch(line))]
    for (number, match), (end, _) in zip(marks, [*marks[1:], (len(lines), None)], strict=True):
        if match[1] == "#":
            title = match[2]
        heading = match[2] if match[1] == "##" else ""
        start = number + 1
        parts.append(make_part(heading, lines[start:end], start))
    return Text(place, title, tuple(parts))


def make_part(heading: str, lines: list[str], heading_line: int) -> Part:
    """Return a part of its lines: labels first, then the body, blank lines round it removed."""
    labels: dict[str, str] = {}
    first = heading_line + 1
    while lines and is_before_body(lines[0]):
        if match := LABEL.fullmatch(lines[0].strip()):
            labels[match[1]] = match[2].strip()
        lines, first = lines[1:], first + 1
    return Part(heading, "\n".join(lines).rstrip(), first, heading_line, labels)


def is_before_body(line: str) -> bool:
    """Tell whether a line is blank or a label."""
    return not line.strip() or LABEL.fullmatch(line.strip()) is not None


FILE = "sections.csv"
KINDS = ("side", "indsats", "helhed", "virksomhed", "partner")
ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:/\*)?")
RECOMMENDATION = "Anbefaling"
SUMMARY = "Opsummering"
REPLY = "Opfølgning"


@dataclass(frozen=True)
class Section:
    """One section of the report; `tables`, `charts` and `tiles` are names notebooks use."""

    id: str
    number: str
    title: str
    kind: str
    order: int
    parts: tuple[str, ...]
    tables: tuple[str, ...]
    charts: tuple[str, ...]
    tiles: tuple[str, ...]
    valid_from: int
    valid_to: int

    @property
    def heading(self) -> str:
        """The section's number and title."""
        return f"{self.number} {self.title}".strip()

    @property
    def recommends(self) -> bool:
        """Tell whether the section ends in a recommendation, which next year answers."""
        return RECOMMENDATION in self.parts

    def is_held(self, year: int | None) -> bool:
        """Tell whether the section is part of a year's report; of some year's, without one."""
        return year is None or self.valid_from <= year <= self.valid_to

    @property
    def is_folder(self) -> bool:
        """Tell whether the section stands for every file of a folder."""
        return self.id.endswith("/*")


def list_sections(root: Path, year: int | None, kind: str = "") -> list[Section]:
    """Return a year's sections in order, all or those of a kind; raise DataError with the faults.

    Without a year those of every year. A project without the file has no sections.
    """
    path = maps_dir(root) / FILE
    if not path.exists():
        return []
    problems: list[Problem] = []
    rows = read_rows(path, problems)
    problems += check_rows(path, rows)
    if problems:
        raise DataError("Listen over rapportens afsnit har fejl.", problems)
    sections = [make_section(row) for row in rows]
    held = [s for s in sections if s.is_held(year) and kind in ("", s.kind)]
    return sorted(held, key=lambda section: section.order)


def make_section(row: dict[str, str]) -> Section:
    """Return the section a checked row tells of."""
    lists = {name: split_cell(row[name]) for name in ("parts", "tables", "charts", "tiles")}
    return Section(
        row["id"],
        row["number"],
        row["title"],
        row["kind"],
        int(row["order"]),
        **lists,
        valid_from=int(row["valid_from"] or 0),
        valid_to=int(row["valid_to"] or 9999),
    )


def split_cell(cell: str) -> tuple[str, ...]:
    """Return the names in a cell, `;` between them."""
    return tuple(name.strip() for name in cell.split(";") if name.strip())


def check_rows(path: Path, rows: Sequence[dict[str, str]]) -> list[Problem]:
    """Return what is wrong with the file: unknown or missing columns, cells that do not fit."""
    known = [field.name for field in fields(Section)]
    found = list(rows[0]) if rows else []
    wrong = [
        f"Kolonnen “{n}” er ikke kendt.{did_you_mean(n, known)}" for n in found if n not in known
    ]
    wrong += [f"Kolonnen “{name}” mangler." for name in known if name not in found]
    if wrong:
        return [row_fault(path, text, row=1) for text in wrong]
    return [p for number, row in enumerate(rows, 2) for p in check_row(path, number, row)]


def check_row(path: Path, number: int, row: dict[str, str]) -> Iterable[Problem]:
    """Yield what is wrong with one row."""
    if not ID.fullmatch(row["id"]):
        advice = "Brug små bogstaver a-z, tal og bindestreg."
        yield row_fault(path, f"“{row['id']}” kan ikke være et id.", advice, number)
    if row["kind"] not in KINDS:
        advice = f"Slags er en af {', '.join(KINDS)}."
        yield row_fault(path, f"“{row['kind']}” er ikke en kendt slags.", advice, number)
    for name in ("order", "valid_from", "valid_to"):
        if not (row[name].isdigit() or not row[name] and name != "order"):
            yield row_fault(path, f"{name} skal være et helt tal.", "", number)


def pick_section(sections: Iterable[Section], wanted: str) -> Section:
    """Return a section by its id; raise UsageError with the nearest id where there is none."""
    by_id = {section.id: section for section in sections}
    if wanted not in by_id:
        raise UsageError(f"Der er intet afsnit {wanted}.{did_you_mean(wanted, by_id)}")
    return by_id[wanted]


STATUSES = {
    "fulgt": "followed",
    "delvist fulgt": "partly",
    "ikke fulgt": "not_followed",
}


def find_last_year(root: Path, year: int) -> int | None:
    """Return the report year before a year, None for the first."""
    return max((other for other in list_years(root) if other < year), default=None)


def answers_last_year(root: Path, year: int, section: Section) -> bool:
    """Tell whether a section had a recommendation last year, which this year must answer."""
    last = find_last_year(root, year)
    if last is None or not section.recommends:
        return False
    text = read_text(root, last, section.id)
    return text is not None and text.find(RECOMMENDATION) is not None


def check_reply(text: Text, place: str) -> Iterator[Problem]:
    """Yield what is wrong with the status of last year's recommendation."""
    reply = text.find(REPLY)
    if reply is None:
        return
    status = reply.labels.get("Status", "")
    if status.casefold() not in STATUSES:
        near = did_you_mean(status, STATUSES) if status else ""
        found = f"“{status}” er ikke en kendt status.{near}" if status else "Status mangler."
        advice = f"Skriv som første linje under ## {REPLY}: Status: {' / '.join(STATUSES)}"
        where = f"{place} linje {reply.heading_line}"
        yield Problem("error", "text.status", found, file=where, advice=advice)


def list_statuses(root: Path, year: int) -> dict[str, str]:
    """Return the status of each of last year's recommendations by section; blank if not stated."""
    last = find_last_year(root, year)
    if last is None:
        return {}
    return {
        section.id: read_status(root, year, section)
        for section in list_sections(root, last)
        if has_recommendation(root, last, section)
    }


def read_status(root: Path, year: int, section: Section) -> str:
    """Return a code of `STATUSES` for last year's recommendation, blank where none is stated."""
    text = read_text(root, year, section.id)
    reply = text.find(REPLY) if text else None
    return STATUSES.get(reply.labels.get("Status", "").casefold(), "") if reply else ""


def list_recommending(root: Path, year: int) -> list[Section]:
    """Return the sections of a year whose recommendation is written, in order."""
    return [s for s in list_sections(root, year) if has_recommendation(root, year, s)]


def has_recommendation(root: Path, year: int, section: Section) -> bool:
    """Tell whether a section's recommendation is written."""
    text = read_text(root, year, section.id) if section.recommends else None
    return text is not None and text.find(RECOMMENDATION) is not None


STORIES = "historier"
PARTNER = "partner"
FREE = ("bemaerkning",)


def fault(check: str, file: str, message: str, advice: str = "", line: int = 0) -> Problem:
    """Return an error found in a text file; the place names its line."""
    where = f"{file} linje {line}" if line else file
    return Problem("error", f"text.{check}", message, file=where, advice=advice)


def find_gaps(root: Path, year: int, partners: Iterable[str] = ()) -> list[Problem]:
    """Return what a year's texts lack, in one problem, and what is wrong with those that stand.

    `partners` are the ids of those that have a page this year, as far as that is known.
    """
    lacking: dict[str, tuple[str, ...]] = {}
    problems: list[Problem] = []
    for section, name in [*list_texts(root, year), *list_missing(root, year, partners)]:
        try:
            text = read_text(root, year, name)
        except DataError as error:
            problems.append(fault("encoding", f"{FOLDER}/{name}.md", str(error)))
            continue
        wanted = list_wanted(root, year, section)
        lacking[name] = tuple(p for p in wanted if text is None or text.find(p) is None)
        problems += check_headings(text, name, wanted) if text else []
    return [*describe_gaps({name: parts for name, parts in lacking.items() if parts}), *problems]


def list_missing(root: Path, year: int, partners: Iterable[str]) -> Iterator[tuple[Section, str]]:
    """Yield the section and the name of each text file a partner's page needs and there is not."""
    for section in list_sections(root, year, PARTNER):
        files = set(list_folder(root, year, section))
        names = (f"{section.id.removesuffix('/*')}/{partner}" for partner in partners)
        yield from ((section, name) for name in names if name not in files)


def list_wanted(root: Path, year: int, section: Section) -> tuple[str, ...]:
    """Return the parts a section's text must have this year."""
    is_reply = answers_last_year(root, year, section)
    return (*section.parts, REPLY) if is_reply else section.parts


def describe_gaps(lacking: Mapping[str, tuple[str, ...]]) -> Iterator[Problem]:
    """Yield one problem that lists every gap: a line a file, like files of a folder together."""
    if not lacking:
        return
    groups: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for name, parts in lacking.items():
        folder, _, rest = name.rpartition("/")
        groups.setdefault((folder or rest, parts), []).append(rest)
    lines = [
        f"    {name_files(folder, files)}: {', '.join(parts)}"
        for (folder, parts), files in groups.items()
    ]
    advice = "Skriv hver del under sin overskrift (## foran). Mangler filen, så kopiér en anden."
    yield fault("gap", FOLDER, "\n".join(["Tekster mangler:", *lines]), advice)


def name_files(folder: str, files: Sequence[str]) -> str:
    """Return what a gap is in: a file, or some files of a folder."""
    if files == [folder]:
        return f"{folder}.md"
    return f"{folder}/ ({', '.join(files)})"


def list_texts(root: Path, year: int) -> list[tuple[Section, str]]:
    """Return the sections of a year with the names of their text files."""
    sections = list_sections(root, year)
    single = [(section, section.id) for section in sections if not section.is_folder]
    folders = [section for section in sections if section.is_folder]
    return single + [(s, name) for s in folders for name in list_folder(root, year, s)]


def list_folder(root: Path, year: int, section: Section) -> list[str]:
    """Return the names of the files in a section's folder."""
    folder = section.id.removesuffix("/*")
    paths = (text_dir(root, year) / folder).glob("*.md")
    return [f"{folder}/{path.stem}" for path in sorted(paths)]


def check_headings(text: Text, name: str, wanted: Sequence[str]) -> Iterator[Problem]:
    """Yield headings that are not among the parts, and a reply's status that is not known."""
    place = f"{FOLDER}/{name}.md"
    known = {part.casefold() for part in (*wanted, REPLY)}
    for found in text.parts:
        if found.heading and found.heading.casefold() not in known:
            near = did_you_mean(found.heading, wanted)
            message = f"Overskriften “{found.heading}” er ikke blandt afsnittets dele.{near}"
            advice = f"Delene er: {' · '.join(wanted)}. Brug ### til overskrifter inde i en del."
            yield fault("heading", place, message, advice, found.heading_line)
    if REPLY in wanted:
        yield from check_reply(text, place)


def find_strangers(root: Path, year: int, known: Iterable[str]) -> Iterator[Problem]:
    """Yield the text files no section uses: a misspelt name would else be lost in silence."""
    used = set(known) | set(FREE)
    for path in list_text_files(root, year):
        name = path.relative_to(text_dir(root, year)).with_suffix("").as_posix()
        if name not in used and not name.startswith(f"{STORIES}/"):
            near = did_you_mean(name, used)
            yield fault(
                "stranger",
                f"{FOLDER}/{name}.md",
                f"Intet afsnit bruger teksten.{near}",
                "Ret filens navn, eller slet den.",
            )


MONTHS = "januar|februar|marts|april|maj|juni|juli|august|september|oktober|november|december"
MASKED = re.compile(
    r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|\]\([^)\n]*\)|`[^`\n]*`|\{[.#][^}\n]*\}", re.DOTALL
)
ALLOWED = re.compile(
    rf"\b\d{{1,2}}\.\s+(?:{MONTHS})\b"
    r"|\b\d{1,2}[.-]\d{1,2}[.-](?:19|20)\d\d\b|\b(?:19|20)\d\d-\d\d-\d\d\b"
    r"|\b(?:19|20)\d\d\b"
    r"|§§?\s*\d+(?:\s*[a-z]\b)?|\b(?:stk\.|nr\.|paragraf|lov\snr\.|lov)\s*\d+"
    r"|\b(?:afsnit|punkt|side|kapitel)\s+\d+(?:\.\d+)*"
    r"|\bkl\.\s*\d{1,2}(?:\.\d\d)?(?:[-–]\d{1,2}(?:\.\d\d)?)?"
    r"|\b[1-4]\.\s+kvartal\b"
    r"|^\s*\d+\.\s+|^#\s+\d+(?:\.\d+)*(?=\s)",
    re.MULTILINE | re.IGNORECASE,
)
NAMES_WITH_DIGITS = re.compile(r"\b(?:COVID-19|CO2|DR2|3F)\b")
DIGITS = re.compile(r"\d[\d.,]*")
ADVICE_NUMBER = 'Skriv tallet som nøgletal: {{ tal("navn") }}, eller som {{ fakta(...) }}.'


def lint_text(source: str, place: str, words: Iterable[str]) -> list[Problem]:
    """Return every bare claim and typed number of a text file, by line."""
    bare = MASKED.sub(blank, blank_comments(source))
    return [*find_words(bare, place, words), *find_numbers(bare, place)]


MESSAGE_CPR = "Et tal ligner et CPR-nummer."
ADVICE_CPR = "Fjern det: teksten offentliggøres."


def blank(match: re.Match[str]) -> str:
    """Return as many blanks as the match has letters; line breaks stay."""
    return re.sub(r"[^\n]", " ", match[0])


def find_words(bare: str, place: str, words: Iterable[str]) -> Iterator[Problem]:
    """Yield the claiming words that stand outside a claim."""
    choices = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in by_length(words))
    if not choices:
        return
    for match in re.finditer(rf"(?<!\w)(?:{choices})(?!\w)", bare, re.IGNORECASE):
        word = " ".join(match[0].split())
        advice = f'Skriv {{{{ paastand("{word.lower()}", "nøgletal") }}}}, eller vælg et ord, '
        message = f"Ordet “{word}” påstår noget om tallene og skal efterprøves."
        yield at_line(
            bare, match.start(), place, "claim", message, f"{advice}der ikke påstår noget."
        )


def by_length(words: Iterable[str]) -> list[str]:
    """Return words, the longest first."""
    return sorted(words, key=len, reverse=True)


def find_numbers(bare: str, place: str) -> Iterator[Problem]:
    """Yield the numbers typed by hand that are no date, year, paragraph or section number."""
    for match in CPR.finditer(bare):
        yield at_line(bare, match.start(), place, "cpr", MESSAGE_CPR, ADVICE_CPR)
    rest = ALLOWED.sub(blank, NAMES_WITH_DIGITS.sub(blank, CPR.sub(blank, bare)))
    for match in DIGITS.finditer(rest):
        number = match[0].rstrip(".,")
        message = f"Tallet {number} er skrevet i hånden."
        yield at_line(rest, match.start(), place, "number", message, ADVICE_NUMBER)


def at_line(text: str, start: int, place: str, check: str, message: str, advice: str) -> Problem:
    """Return an error at the line a place in a text is on."""
    line = text.count("\n", 0, start) + 1
    return Problem("error", f"text.{check}", message, file=f"{place} linje {line}", advice=advice)
