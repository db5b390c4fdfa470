"""The year's texts as data: the report's sections, their Markdown files, and what they lack.

A file's parts are its second-level headings; a part may begin with labels such as `Status: fulgt`.
Comments (`<!-- ... -->`) are for whoever writes. How texts, stories (`tekst/historier/`) and
consents to them (`samtykker.csv`) are written stands in `docs/tekster.md`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator

from socok_analysis.core.danish import MONTH, did_you_mean, find_cpr, make_slug, split_cell
from socok_analysis.core.lists import DAY, Filled, ListFile, must_be, read_rows
from socok_analysis.core.problems import DataError, Problem, UsageError
from socok_analysis.core.year import list_years, maps_dir, raw_dir, read_year

FOLDER, FILE = "tekst", "sections.csv"
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
HEADING = re.compile(r"(#{1,2})\s+(.*?)\s*#*")
LABEL = re.compile(r"\s*(?:(Status|Handler om):\s*(.*?))?\s*")
GATHERING = "samling"
RECOMMENDATION, SUMMARY, REPLY = "Anbefaling", "Opsummering", "Opfølgning"
STATUSES = {"fulgt": "followed", "delvist fulgt": "partly", "ikke fulgt": "not_followed"}
STORIES, CONSENTS = "historier", "samtykker.csv"
SUBJECTS = ("virksomhed", "flere personer", "én person")
MASKED = re.compile(
    r"\{\{-?\s*[^\W\d].*?\}\}|\{%.*?%\}|\{#.*?#\}|\]\([^)\n]*\)|`[^`\n]*`|\{[.#][^}\n]*\}",
    re.DOTALL,
)
ALLOWED = re.compile(
    rf"\b\d{{1,2}}\.\s+(?:{MONTH})\b"
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
LONGEST = {"Overskriften": 10, "Sætningen": 45}  # words
POOR, SHORTER = "“{}” kan skrives bedre.", "Del den, eller skriv den kortere: højst {} ord."
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
Names = Annotated[tuple[str, ...], BeforeValidator(lambda cell: tuple(split_cell(cell, ";")))]


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


def parse_text(source: str, place: str) -> Text:
    """Return the parts of a text."""
    title, parts, lines = "", list[Part](), blank_comments(source).splitlines()
    marks = [(n, match) for n, line in enumerate(lines) if (match := HEADING.fullmatch(line))]
    ends = [*(n for n, _ in marks[1:]), len(lines)]
    for (start, match), end in zip(marks, ends, strict=False):
        title = match[2] if match[1] == "#" else title
        first, labels = start + 1, dict[str, str]()
        while first < end and (label := LABEL.fullmatch(lines[first])):
            labels |= {label[1]: label[2]} if label[1] else {}
            first += 1
        heading = match[2] if match[1] == "##" else ""
        body = "\n".join(lines[first:end]).rstrip()
        parts.append(Part(heading, body, first + 1, start + 1, labels))
    return Text(place, title, tuple(parts))


def blank_comments(source: str) -> str:
    """Return a text with its comments gone and its lines where they were."""
    return COMMENT.sub(lambda match: "\n" * match[0].count("\n"), source)


@dataclass(kw_only=True)
class Section:
    """One section of the report, a row of `sections.csv`.

    `kind`: `samling` is a page of several points of section 6, `indsats` such a point, `helhed` a
    recommendation of section 7.2, `side` any other part of a page. A `*` in its id stands for every
    file of that `folder`. `page` is where it stands, its own id where blank. One that `recommends`
    ends in a recommendation, which next year answers.
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

    def __post_init__(self) -> None:
        self.heading = f"{self.number} {self.title}".strip()
        self.recommends = RECOMMENDATION in self.parts
        self.folder = self.id.removesuffix("/*") if self.id.endswith("/*") else ""


def pick_section(sections: Iterable[Section], wanted: str) -> Section:
    """Return a section by its id; raise UsageError with the nearest id where there is none."""
    by_id = {section.id: section for section in sections}
    if wanted not in by_id:
        raise UsageError(f"Der er intet afsnit {wanted}.{did_you_mean(wanted, by_id)}")
    return by_id[wanted]


@dataclass(frozen=True)
class Words:
    """A report year in words; a text is known by its name (`netvaerk`, `virksomheder/sumak`)."""

    root: Path
    year: int

    @cached_property
    def paths(self) -> Mapping[str, Path]:
        """Every text file by its name."""
        folder = raw_dir(self.root, self.year) / FOLDER
        paths = sorted(folder.rglob("*.md"))
        return {path.relative_to(folder).with_suffix("").as_posix(): path for path in paths}

    @cached_property
    def sections(self) -> Sequence[Section]:
        """The year's sections in order; raise DataError with the faults of their list."""
        problems: list[Problem] = []
        sections = read_rows(ListFile(maps_dir(self.root) / FILE), Section, problems, key="id")
        if problems:
            raise DataError("Listen over rapportens afsnit har fejl.", problems)
        held = (s for s in sections if s.valid_from <= self.year <= s.valid_to)
        return sorted(held, key=lambda section: section.order)

    @cached_property
    def before(self) -> Words | None:
        """The words of the report year before; None for the first."""
        earlier = [year for year in list_years(self.root) if year < self.year]
        return Words(self.root, earlier[-1]) if earlier else None

    def place(self, name: str) -> str:
        """Return where a text lies, as messages say it."""
        return f"data/raw/{self.year}/{FOLDER}/{name}.md"

    def read(self, name: str) -> str:
        """Return a text as written; raise DataError where it is not saved as UTF-8."""
        try:
            return self.paths[name].read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            told = f"{self.place(name)} er ikke gemt som UTF-8. Gem filen som UTF-8."
            raise DataError(told) from error

    def text(self, name: str) -> Text:
        """Return a text by its name, without parts where there is none."""
        return parse_text(self.read(name) if name in self.paths else "", self.place(name))

    def status(self, name: str) -> str:
        """Return what became of last year's recommendation; "" where no known status says so."""
        reply = self.text(name).find(REPLY)
        said = reply.labels.get("Status", "").casefold() if reply else ""
        return said if said in STATUSES else ""

    def list_files(self, section: Section) -> list[str]:
        """Return the names of a section's texts: its own, or those there are in its folder."""
        if not section.folder:
            return [section.id]
        return [name for name in self.paths if name.rpartition("/")[0] == section.folder]

    def list_texts(self) -> list[tuple[Section, str]]:
        """Return the sections with the names of their texts, single ones first."""
        sections = sorted(self.sections, key=lambda section: bool(section.folder))
        return [(section, name) for section in sections for name in self.list_files(section)]

    def list_recommending(self) -> list[Section]:
        """Return the sections whose recommendation is written, in order."""
        wanted = (section for section in self.sections if section.recommends)
        return [section for section in wanted if self.text(section.id).find(RECOMMENDATION)]

    def list_statuses(self) -> dict[str, str]:
        """Return the status of each of last year's recommendations by section, blank if unknown."""
        asked = self.before.list_recommending() if self.before else ()
        return {section.id: STATUSES.get(self.status(section.id), "") for section in asked}

    def list_wanted(self, section: Section) -> tuple[str, ...]:
        """Return the parts a section's text must have: it answers last year's recommendation."""
        asks = section.recommends and self.before
        is_asked = asks and asks.text(section.id).find(RECOMMENDATION)
        return (*section.parts, REPLY) if is_asked else section.parts

    def list_named(self) -> set[tuple[str, str]]:
        """Return the facts that the texts name with `fakta`, as (owner, slug of the fact)."""
        texts = (p.read_text(encoding="utf-8-sig", errors="replace") for p in self.paths.values())
        return {(m["owner"], make_slug(m["fact"])) for text in texts for m in NAMED.finditer(text)}


def find_gaps(words: Words, partners: Iterable[str] = ()) -> list[Problem]:
    """Return what a year's texts lack, those of `partners` too, and what is wrong with them."""
    lacking: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    problems, texts = list[Problem](), words.list_texts()
    own = [(s, f"{s.folder}/{p}") for s in words.sections if s.kind == "partner" for p in partners]
    texts += [each for each in own if each not in texts]
    for section, name in texts:
        place, wanted = f"{FOLDER}/{name}.md", words.list_wanted(section)
        try:
            text = words.text(name)
        except DataError as error:
            problems.append(fault("encoding", place, str(error)))
            continue
        if parts := tuple(part for part in wanted if text.find(part) is None):
            lacking.setdefault((section.folder or name, parts), []).append(Path(name).name)
        problems += _check_headings(text, place, wanted)
    if lacking:
        count = sum(len(parts) * len(names) for (_, parts), names in lacking.items())
        lines = [f"Tekster mangler ({count} {'del' if count == 1 else 'dele'}):"]
        for (home, parts), names in lacking.items():
            file = f"{home}.md" if names == [home] else f"{home}/ ({', '.join(names)})"
            lines.append(f"    {file}: {', '.join(parts)}")
        advice = "Skriv hver del under sin overskrift (## foran). "
        advice += "Mangler filen, så kopiér en anden."
        problems.insert(0, fault("gap", FOLDER, "\n".join(lines), advice))
    used = {"bemaerkning", "opdigtet", *(name for _, name in texts)}
    for name in words.paths:
        if name not in used and not name.startswith(f"{STORIES}/"):
            message = f"Intet afsnit bruger teksten.{did_you_mean(name, used)}"
            told = (f"{FOLDER}/{name}.md", message, "Ret filens navn, eller slet den.")
            problems.append(fault("stranger", *told))
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


@dataclass(frozen=True, kw_only=True)
class Consent:
    """A row of `samtykker.csv`: a person's consent to a story, by the story's file."""

    historie: Filled
    givet_den: Annotated[date, must_be(DAY, "givet_den er ikke en dato.")]
    gaelder_til: Annotated[date, must_be(DAY, "gaelder_til er ikke en dato.")] = date.max
    journalnummer: str = ""


def read_stories(words: Words) -> tuple[list[str], list[Problem]]:
    """Return the names of a year's stories that may be told, and what is wrong with the others.

    A consent must have held to the end of the report's period: a run asks not what day it is.
    """
    stories, problems, year = list[str](), list[Problem](), read_year(words.root, words.year)
    file = ListFile(year.raw_dir / CONSENTS, "text.consent")
    consents = read_rows(file, Consent, problems)
    if problems:
        raise DataError(f"data/raw/{words.year}/{CONSENTS} har fejl.", problems)
    for name in (each for each in words.paths if each.startswith(f"{STORIES}/")):
        part, place = next(iter(words.text(name).parts), None), f"{FOLDER}/{name}.md"
        subject = part.labels.get("Handler om", "") if part else ""
        held = [c.gaelder_til for c in consents if f"{STORIES}/{c.historie}" == name]
        if part is None or subject not in SUBJECTS:
            advice = f"Skriv som linjen under titlen: Handler om: {' / '.join(SUBJECTS)}"
            told = "Historien siger ikke, hvem den handler om."
            problems.append(fault("story", place, told, advice))
        elif not part.body:
            told = "Historien er ikke skrevet."
            problems.append(fault("gap", place, told, "Skriv den, eller slet filen."))
        elif subject == SUBJECTS[2] and max(held, default=date.min) < year.period_end:
            told = "Historien handler om én person, og der er intet samtykke: den er udeladt."
            advice = f"Skriv samtykket i {CONSENTS}, når det er givet."
            problems.append(Problem("warning", "text.consent", told, place, advice=advice))
        else:
            stories.append(name)
    return stories, problems


def check_text(source: str, place: str, words: Iterable[str]) -> Iterator[Problem]:
    """Yield each bare claim (of `words`) and typed number, by line, and what reads badly."""
    source = blank_comments(source)
    bare = MASKED.sub(_blank, source)

    def tell(match: re.Match[str], check: str, message: str, advice: str) -> Problem:
        return fault(check, place, message, advice, bare.count("\n", 0, match.start()) + 1)

    by_length = sorted(words, key=len, reverse=True)
    choices = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in by_length)
    for match in re.finditer(rf"(?<!\w)(?:{choices or '(?!)'})(?!\w)", bare, re.IGNORECASE):
        word = " ".join(match[0].split())
        message = f"Ordet “{word}” påstår noget om tallene og skal efterprøves."
        advice = f'Skriv {{{{ paastand("{word.lower()}", "nøgletal") }}}}, eller vælg et ord, '
        yield tell(match, "claim", message, f"{advice}der ikke påstår noget.")
    rest = bare
    for match in find_cpr(bare):
        message, advice = "Et tal ligner et CPR-nummer.", "Fjern det: teksten offentliggøres."
        yield tell(match, "cpr", message, advice)
        rest = rest[: match.start()] + _blank(match) + rest[match.end() :]
    for match in re.finditer(r"\d[\d.,]*", ALLOWED.sub(_blank, rest)):
        message = f"Tallet {match[0].rstrip('.,')} er skrevet i hånden."
        advice = 'Skriv tallet som nøgletal: {{ tal("navn") }}, eller som {{ fakta(...) }}.'
        yield tell(match, "number", message, advice)
    shown = MASKED.sub("X", source)
    plain, blocks = " ".join(shown.casefold().split()), MARKED.sub("\n\n", shown).split("\n\n")
    long = [("Overskriften", each) for each in re.findall(r"^#+ (.*)$", shown, re.MULTILINE)]
    long += [("Sætningen", each) for block in blocks for each in re.findall("[^.:;?!]+", block)]
    poor = [
        (f"{kind} “{' '.join(said[:5])} …” er på {len(said)} ord.", SHORTER.format(LONGEST[kind]))
        for kind, each in long
        if len(said := each.split()) > LONGEST[kind]
    ]
    poor += [(POOR.format(w), f"Skriv “{better}”.") for w, better in BETTER.items() if w in plain]
    for message, advice in poor:
        yield Problem("warning", "text.style", message, file=place, advice=advice)


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])
