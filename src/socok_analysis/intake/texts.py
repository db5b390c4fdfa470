"""The year's texts as data: the report's sections, each section's Markdown file, what they lack.

A file's parts are its second-level headings:

    # 6.1 CSR og socialøkonomi
    ## Indledning
    Tekst ...

Comments (`<!-- ... -->`) are for whoever writes; readers never see them. A part that holds
nothing else is empty. A part may begin with lines like `Status: fulgt`; they are its labels.

A story is a file in `tekst/historier/`: its title, `Handler om: virksomhed` (or `flere
personer`, `én person`), and the text. A consent is a row of the year folder's `samtykker.csv`
(`historie,givet_den,gaelder_til,journalnummer`): the file's name without `.md`, and dates.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator

from socok_analysis.core.danish import did_you_mean, find_cpr, make_slug
from socok_analysis.core.errors import DataError, UsageError
from socok_analysis.core.lists import DAY, Filled, ListFile, must_be, read_rows
from socok_analysis.core.problems import Problem
from socok_analysis.core.year import list_years, maps_dir, raw_dir, read_year

FOLDER, FILE = "tekst", "sections.csv"
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
HEADING = re.compile(r"(#{1,2})\s+(.*?)\s*#*")
LABEL = re.compile(r"(Status|Handler om):\s*(.*)")
GATHERING = "samling"
RECOMMENDATION, SUMMARY, REPLY = "Anbefaling", "Opsummering", "Opfølgning"
STATUSES = {"fulgt": "followed", "delvist fulgt": "partly", "ikke fulgt": "not_followed"}
STORIES, CONSENTS = "historier", "samtykker.csv"
SUBJECTS = ("virksomhed", "flere personer", "én person")
FREE = ("bemaerkning", "opdigtet")
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
    r"|\b[1-4]\.\s+kvartal\b|\b(?:COVID-19|CO2|DR2|3F)\b"
    r"|^\s*\d+\.\s+|^#\s+\d+(?:\.\d+)*(?=\s)",
    re.MULTILINE | re.IGNORECASE,
)
NAMED = re.compile(r"\bfakta\(\s*([\"'])(?P<owner>.+?)\1\s*,\s*([\"'])(?P<fact>.+?)\3\s*\)")
DIGITS = re.compile(r"\d[\d.,]*")
LONGEST_HEADING, LONGEST_SENTENCE = 10, 45  # words
SENTENCE = re.compile(r"[^.:;?!]+")
MARKED = re.compile(r"^\s*(?:#|[-*+>|]|:::|\d+\.).*$", re.MULTILINE)
BETTER = {  # what a Danish editor writes instead
    "støttet job": "støttet beskæftigelse",
    "jobcenteret": "jobcentret",
    "til opstart": "til start",
    "giver ansættelser": "ansætter",
    "givet ansættelser": "ansat",
    "går i ring": "vender tilbage",
    "serien er brudt": "databrud",
    "holdte møder": "afholdte møder",
}
Names = Annotated[
    tuple[str, ...],
    BeforeValidator(lambda cell: tuple(n.strip() for n in cell.split(";") if n.strip())),
]


def fault(check: str, file: str, message: str, advice: str = "", line: int = 0) -> Problem:
    """Return an error found in a text file; the place names its line."""
    where = f"{file} linje {line}" if line else file
    return Problem("error", f"text.{check}", message, file=where, advice=advice)


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
        return next((p for p in self.parts if p.heading.casefold() == wanted and p.body), None)


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
    """Return a text with its comments gone and its lines where they were."""
    return COMMENT.sub(lambda match: "\n" * match[0].count("\n"), source)


def parse_text(source: str, place: str) -> Text:
    """Return the parts of a text."""
    title, parts = "", list[Part]()
    lines = blank_comments(source).splitlines()
    marks = [(n, match) for n, line in enumerate(lines) if (match := HEADING.fullmatch(line))]
    for (start, match), end in zip(marks, [*(n for n, _ in marks[1:]), len(lines)], strict=True):
        title = match[2] if match[1] == "#" else title
        first, labels = start + 1, dict[str, str]()
        while first < end and (not lines[first].strip() or LABEL.fullmatch(lines[first].strip())):
            if label := LABEL.fullmatch(lines[first].strip()):
                labels[label[1]] = label[2].strip()
            first += 1
        heading = match[2] if match[1] == "##" else ""
        body = "\n".join(lines[first:end]).rstrip()
        parts.append(Part(heading, body, first + 1, start + 1, labels))
    return Text(place, title, tuple(parts))


@dataclass(frozen=True, kw_only=True)
class Section:
    """One section of the report, a row of `sections.csv`.

    `kind` says what it is: `samling` a page of several points of section 6 (one notebook makes
    them all), `indsats` such a point, `helhed` a recommendation of section 7.2, `side` any other
    part of a page. `page` is the name of the page it stands on, its own id where that is blank.
    One whose id has a `*` stands for every file of that folder: one for each enterprise or
    partner. `tables` and `charts` are names notebooks use.
    """

    id: Annotated[
        str, must_be(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:/\*)?", "små bogstaver a-z, tal og bindestreger")
    ]
    number: str = ""
    title: str = ""
    kind: Literal["side", "samling", "indsats", "helhed", "virksomhed", "partner"]
    page: str = ""
    order: int
    parts: Names = ()
    tables: Names = ()
    charts: Names = ()
    valid_from: int = 0
    valid_to: int = 9999

    @property
    def heading(self) -> str:
        """The section's number and title."""
        return f"{self.number} {self.title}".strip()

    @property
    def recommends(self) -> bool:
        """Tell whether the section ends in a recommendation, which next year answers."""
        return RECOMMENDATION in self.parts

    @property
    def folder(self) -> str:
        """The folder for every file of which the section stands; blank where it is one file."""
        return self.id.removesuffix("/*") if self.id.endswith("/*") else ""


def list_sections(root: Path, year: int | None, kind: str = "") -> list[Section]:
    """Return a year's sections in order, all or those of a kind; raise DataError with the faults.

    Without a year those of every year. A project without the file has no sections.
    """
    problems: list[Problem] = []
    sections = read_rows(ListFile(maps_dir(root) / FILE), Section, problems, key="id")
    if problems:
        raise DataError("Listen over rapportens afsnit har fejl.", problems)
    held = [s for s in sections if year is None or s.valid_from <= year <= s.valid_to]
    return sorted((s for s in held if kind in ("", s.kind)), key=lambda section: section.order)


def pick_section(sections: Iterable[Section], wanted: str) -> Section:
    """Return a section by its id; raise UsageError with the nearest id where there is none."""
    by_id = {section.id: section for section in sections}
    if wanted not in by_id:
        raise UsageError(f"Der er intet afsnit {wanted}.{did_you_mean(wanted, by_id)}")
    return by_id[wanted]


def list_texts(root: Path, year: int) -> list[tuple[Section, str]]:
    """Return the sections of a year with the names of their text files, single files first."""
    sections = sorted(list_sections(root, year), key=lambda section: bool(section.folder))
    return [(section, name) for section in sections for name in list_files(root, year, section)]


def list_files(root: Path, year: int, section: Section) -> list[str]:
    """Return the names of a section's text files: its own, or those there are in its folder."""
    if not section.folder:
        return [section.id]
    paths = (text_dir(root, year) / section.folder).glob("*.md")
    return [f"{section.folder}/{path.stem}" for path in sorted(paths)]


def find_last_year(root: Path, year: int) -> int | None:
    """Return the report year before a year, None for the first."""
    return max((other for other in list_years(root) if other < year), default=None)


def list_recommending(root: Path, year: int) -> list[Section]:
    """Return the sections of a year whose recommendation is written, in order."""
    texts = ((s, read_text(root, year, s.id)) for s in list_sections(root, year) if s.recommends)
    return [section for section, text in texts if text and text.find(RECOMMENDATION)]


def list_statuses(root: Path, year: int) -> dict[str, str]:
    """Return the status of each of last year's recommendations by section; blank if not stated."""
    last, statuses = find_last_year(root, year), dict[str, str]()
    for section in list_recommending(root, last) if last else []:
        text = read_text(root, year, section.id)
        reply = text.find(REPLY) if text else None
        status = reply.labels.get("Status", "") if reply else ""
        statuses[section.id] = STATUSES.get(status.casefold(), "")
    return statuses


def list_wanted(root: Path, year: int, section: Section) -> tuple[str, ...]:
    """Return the parts a section's text must have this year: it answers last year's advice."""
    last = find_last_year(root, year)
    text = read_text(root, last, section.id) if last and section.recommends else None
    return (*section.parts, REPLY) if text and text.find(RECOMMENDATION) else section.parts


def find_gaps(root: Path, year: int, partners: Iterable[str] = ()) -> list[Problem]:
    """Return what a year's texts lack, in one problem, and what is wrong with those that stand.

    `partners` are the ids of those that have a page this year, as far as that is known.
    """
    lacking: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    problems, texts = list[Problem](), list_texts(root, year)
    for section in list_sections(root, year, "partner"):
        names = [f"{section.folder}/{partner}" for partner in partners]
        texts += [(section, name) for name in names if (section, name) not in texts]
    for section, name in texts:
        try:
            text = read_text(root, year, name)
        except DataError as error:
            problems.append(fault("encoding", f"{FOLDER}/{name}.md", str(error)))
            continue
        wanted = list_wanted(root, year, section)
        if parts := tuple(p for p in wanted if text is None or text.find(p) is None):
            lacking.setdefault((section.folder or name, parts), []).append(Path(name).name)
        problems += _check_headings(text, f"{FOLDER}/{name}.md", wanted) if text else []
    if lacking:
        lines = ["Tekster mangler:"]
        for (place, parts), names in lacking.items():
            file = f"{place}.md" if names == [place] else f"{place}/ ({', '.join(names)})"
            lines.append(f"    {file}: {', '.join(parts)}")
        advice = (
            "Skriv hver del under sin overskrift (## foran). Mangler filen, så kopiér en anden."
        )
        problems.insert(0, fault("gap", FOLDER, "\n".join(lines), advice))
    return problems


def _check_headings(text: Text, place: str, wanted: tuple[str, ...]) -> Iterator[Problem]:
    """Yield headings that are not among the parts, and a reply's status that is not known."""
    known = {part.casefold() for part in (*wanted, REPLY)}
    for found in text.parts:
        if found.heading and found.heading.casefold() not in known:
            near = did_you_mean(found.heading, wanted)
            message = f"Overskriften “{found.heading}” er ikke blandt afsnittets dele.{near}"
            advice = f"Delene er: {' · '.join(wanted)}. Brug ### til overskrifter inde i en del."
            yield fault("heading", place, message, advice, found.heading_line)
    reply = text.find(REPLY) if REPLY in wanted else None
    status = reply.labels.get("Status", "") if reply else ""
    if reply and status.casefold() not in STATUSES:
        told = f"“{status}” er ikke en kendt status.{did_you_mean(status, STATUSES)}"
        advice = f"Skriv som første linje under ## {REPLY}: Status: {' / '.join(STATUSES)}"
        message = told if status else "Status mangler."
        yield fault("status", place, message, advice, reply.heading_line)


def find_strangers(root: Path, year: int, known: Iterable[str]) -> Iterator[Problem]:
    """Yield the text files no section uses: a misspelt name would else be lost in silence."""
    used = {*known, *FREE}
    for path in list_text_files(root, year):
        name = path.relative_to(text_dir(root, year)).with_suffix("").as_posix()
        if name not in used and not name.startswith(f"{STORIES}/"):
            message = f"Intet afsnit bruger teksten.{did_you_mean(name, used)}"
            advice = "Ret filens navn, eller slet den."
            yield fault("stranger", f"{FOLDER}/{name}.md", message, advice)


@dataclass(frozen=True, kw_only=True)
class Consent:
    """A row of `samtykker.csv`: a person's consent to a story, by the story's file."""

    historie: Filled
    givet_den: Annotated[date, must_be(DAY, "givet_den er ikke en dato.")]
    gaelder_til: Annotated[date, must_be(DAY, "gaelder_til er ikke en dato.")] = date.max
    journalnummer: str = ""


def list_named(root: Path, year: int) -> set[tuple[str, str]]:
    """Return the facts that a year's texts name with `fakta`, as (owner, slug of the fact)."""
    paths = list_text_files(root, year)
    texts = (path.read_text(encoding="utf-8-sig", errors="replace") for path in paths)
    return {(m["owner"], make_slug(m["fact"])) for text in texts for m in NAMED.finditer(text)}


def list_told(root: Path, year: int) -> list[str]:
    """Return the names of a year's stories that may be told.

    That are those about no single person, and those with a consent that held to the end of the
    report's period. A run does not ask what day it is: the same files give the same report. Who
    withdraws a consent is taken out of the file.
    """
    return [name for name, _, _, is_told in _list_stories(root, year) if is_told]


def _list_stories(root: Path, year: int) -> Iterator[tuple[str, str, str, bool]]:
    """Yield each story's name, whom it says it is about, its text, and whether it may be told."""
    for path in sorted((text_dir(root, year) / STORIES).glob("*.md")):
        name, problems = f"{STORIES}/{path.stem}", list[Problem]()
        text = read_text(root, year, name)
        part = text.parts[0] if text and text.parts else None
        subject = part.labels.get("Handler om", "") if part else ""
        is_told = subject in SUBJECTS[:2]
        if subject == SUBJECTS[2]:
            file = ListFile(raw_dir(root, year) / CONSENTS, "text.consent")
            last, consents = read_year(root, year).period_end, read_rows(file, Consent, problems)
            is_told = any(c.historie == path.stem and c.gaelder_til >= last for c in consents)
        if problems:
            raise DataError(f"data/raw/{year}/{CONSENTS} har fejl.", problems)
        yield name, subject, part.body if part else "", is_told


def check_stories(root: Path, year: int) -> Iterator[Problem]:
    """Yield stories that do not say whom they are about, and those left out without consent."""
    for name, subject, body, is_told in _list_stories(root, year):
        place = f"{FOLDER}/{name}.md"
        if subject not in SUBJECTS:
            advice = f"Skriv som linjen under titlen: Handler om: {' / '.join(SUBJECTS)}"
            yield fault("story", place, "Historien siger ikke, hvem den handler om.", advice)
        elif not body:
            yield fault("gap", place, "Historien er ikke skrevet.", "Skriv den, eller slet filen.")
        elif not is_told:
            message = "Historien handler om én person, og der er intet samtykke: den er udeladt."
            advice = f"Skriv samtykket i {CONSENTS}, når det er givet."
            yield Problem("warning", "text.consent", message, file=place, advice=advice)


def lint_text(source: str, place: str, words: Iterable[str]) -> list[Problem]:
    """Return every bare claim and every number typed by hand in a text file, by line.

    `words` claim something and belong in `paastand(...)`, a number from data in `tal(...)`. Dates,
    years, clock times, paragraphs and section numbers may be typed.
    """
    bare = MASKED.sub(_blank, blank_comments(source))
    numbers, rest = list(find_cpr(bare)), bare
    for match in numbers:
        rest = rest[: match.start()] + _blank(match) + rest[match.end() :]
    rest = ALLOWED.sub(_blank, rest)
    by_length = sorted(words, key=len, reverse=True)
    choices = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in by_length)
    claiming = rf"(?<!\w)(?:{choices})(?!\w)" if choices else r"(?!)"
    found = []
    for match in re.finditer(claiming, bare, re.IGNORECASE):
        word = " ".join(match[0].split())
        message = f"Ordet “{word}” påstår noget om tallene og skal efterprøves."
        advice = f'Skriv {{{{ paastand("{word.lower()}", "nøgletal") }}}}, eller vælg et ord, '
        found.append((match, "claim", message, f"{advice}der ikke påstår noget."))
    for match in numbers:
        advice = "Fjern det: teksten offentliggøres."
        found.append((match, "cpr", "Et tal ligner et CPR-nummer.", advice))
    for match in DIGITS.finditer(rest):
        message = f"Tallet {match[0].rstrip('.,')} er skrevet i hånden."
        advice = 'Skriv tallet som nøgletal: {{ tal("navn") }}, eller som {{ fakta(...) }}.'
        found.append((match, "number", message, advice))
    return [
        fault(check, place, message, advice, bare.count("\n", 0, match.start()) + 1)
        for match, check, message, advice in found
    ]


def lint_style(source: str, place: str) -> Iterator[Problem]:
    """Yield headings and sentences that are too long, and words with a better one, as warnings."""
    text = MASKED.sub("X", blank_comments(source))
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    sentences = [
        s for block in MARKED.sub("\n\n", text).split("\n\n") for s in SENTENCE.findall(block)
    ]
    for kind, found, most in (
        ("Overskriften", headings, LONGEST_HEADING),
        ("Sætningen", sentences, LONGEST_SENTENCE),
    ):
        for each in found:
            if (count := len(each.split())) > most:
                start = " ".join(each.split()[:5])
                told = f"{kind} “{start} …” er på {count} ord."
                advice = f"Del den, eller skriv den kortere: højst {most} ord."
                yield Problem("warning", "text.style", told, file=place, advice=advice)
    for word, better in BETTER.items():
        if word in " ".join(text.casefold().split()):
            told, advice = f"“{word}” kan skrives bedre.", f"Skriv “{better}”."
            yield Problem("warning", "text.style", told, file=place, advice=advice)


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])
