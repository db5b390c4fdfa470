"""The headings of a table: in one row, or in two where a group stands above its columns.

A heading below a group is known by its own text or by both together ("Periode" over "fra" is
"Periode fra"). What is missing, unknown, repeated or can mean two things is a problem.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from socok_analysis.core.danish import find_inside, find_within, nearest
from socok_analysis.core.problems import Problem
from socok_analysis.intake.lookalikes import describe_lookalikes, find_lookalikes
from socok_analysis.intake.maps import HeaderMap
from socok_analysis.intake.tables import KIND_DA
from socok_analysis.workbook.cells import CellValue, clean_text, fold, is_blank, name_cell
from socok_analysis.workbook.sheet import Sheet

LEAST_SHARE = 0.5
LEAST_BESIDE = 2
MOST_PLACES = 5


@dataclass(frozen=True)
class Headings:
    """Heading texts by column, and the first and last row they stand in."""

    texts: Mapping[int, str]
    first_row: int
    last_row: int

    @cached_property
    def folded(self) -> dict[int, str]:
        """The texts as they are compared, by column."""
        return {column: fold(text) for column, text in self.texts.items()}


def read_texts(sheet: Sheet, row: int) -> dict[int, str]:
    """Return a row's cells as clean text, by column."""
    cells = sheet.cells(row)
    return {column: clean_text(v) for column, v in sorted(cells.items()) if not is_blank(v)}


def read_single(sheet: Sheet, row: int) -> Headings:
    """Return a row as headings."""
    return Headings(read_texts(sheet, row), row, row)


def score(headings: Headings, header: HeaderMap) -> float:
    """Return how well headings fit a kind: wanted ones found of all wanted and all unknown."""
    texts = set(headings.folded.values())
    found = {header.headings[text] for text in texts if text in header.headings}
    wanted = set(header.headings.values())
    foreign = sum(text not in header.known for text in texts)
    return len(found) / (len(wanted) + foreign) if len(found) > 1 else 0.0


def join_pair(upper: Headings, lower: Headings, header: HeaderMap) -> Headings:
    """Return a row and the next one as headings: joined where that is known, else the lower."""
    texts: dict[int, str] = {}
    group = ""
    for column in sorted({*upper.texts, *lower.texts}):
        group = upper.texts.get(column, group)
        own = lower.texts.get(column, group)
        joined = f"{group} {own}"
        is_joined = column in lower.texts and fold(joined) in header.known
        texts[column] = joined if is_joined else own
    return Headings(texts, upper.first_row, lower.last_row)


def list_candidates(
    sheet: Sheet, rows: Iterable[int], headers: Iterable[HeaderMap]
) -> Iterator[tuple[Headings, HeaderMap]]:
    """Yield each row as headings of each kind, alone and with the row above or below it."""
    known = sorted(rows)
    read = {row: read_single(sheet, row) for one in known for row in (one - 1, one, one + 1)}
    tops = sorted({top for row in known for top in (row - 1, row)})
    pairs = [
        (read[top], read[top + 1]) for top in tops if sheet.cells(top) and sheet.cells(top + 1)
    ]
    for header in headers:
        yield from ((read[row], header) for row in known)
        yield from ((join_pair(*pair, header), header) for pair in pairs)


def check_headings(
    sheet: Sheet, headings: Headings, header: HeaderMap, columns: Mapping[str, int]
) -> list[Problem]:
    """Return the headings that are missing, unknown, repeated or below a group."""
    row = headings.last_row
    unknown = {c: t for c, t in headings.texts.items() if fold(t) not in header.known}
    missing = sorted(set(header.headings.values()) - set(columns))
    problems = [report_missing(sheet, row, header, name, unknown) for name in missing]
    problems += [
        report_unknown(sheet, name_cell(row, c), header, t, missing) for c, t in unknown.items()
    ]
    problems += check_repeated(sheet, headings, header)
    return problems + check_groups(sheet, headings, header)


def report_missing(
    sheet: Sheet, row: int, header: HeaderMap, name: str, unknown: Mapping[int, str]
) -> Problem:
    """Return the error for a heading that is not there, with the unknown one most like it."""
    expected = header.shown[name]
    spellings = [text for text, column in header.headings.items() if column == name]
    columns = {text: column for column, text in unknown.items()}
    found = find_like(spellings, columns)
    column = columns.get(found, 1)
    places = [name_cell(row, other) for other in [*unknown][:MOST_PLACES]]
    advice, edit = advise_missing(header, name, found, places)
    return Problem(
        "error",
        "heading.missing",
        f"Overskriften {expected} mangler ({KIND_DA[header.kind]}).",
        file=sheet.file,
        sheet=sheet.name,
        cell=name_cell(row, column),
        column=name,
        found=found,
        expected=expected,
        advice=advice,
        edit=edit,
    )


def find_like(spellings: Collection[str], texts: Collection[str]) -> str:
    """Return the text most like one of some headings, else one that holds it; "" for none."""
    finds = (
        find(text, texts) for find in (nearest, find_within, find_inside) for text in spellings
    )
    return next(filter(None, finds), "")


def advise_missing(
    header: HeaderMap, name: str, found: str, places: Collection[str]
) -> tuple[str, str]:
    """Return what to do about a missing heading, and the cell of the map as it should be.

    `found` is the unknown heading most like it, `places` are those of the unknown ones.
    """
    expected, file = header.shown[name], f"data/raw/maps/{header.kind}.csv"
    if find_lookalikes(found):
        return "Slet overskriften, og skriv den igen på et dansk tastatur.", ""
    if found:
        edit = f"Cellen i rækken {header.valid_from} bliver: {header.cells[name]}|{found}"
        return (
            f"Er den omdøbt til “{found}”? Så skriv “|{found}” efter {expected} i kolonnen "
            f"{name} i {file}, eller ret den i udtrækket.",
            edit,
        )
    if places:
        return (
            f"Er den omdøbt? Det ukendte står i {', '.join(places)}. Så skriv en lodret streg (|) "
            f"og den nye overskrift efter {expected} i kolonnen {name} i {file}, eller ret den i "
            "udtrækket.",
            "",
        )
    return f"Ret overskriften til {expected} i udtrækket.", ""


def report_unknown(
    sheet: Sheet, cell: str, header: HeaderMap, text: str, missing: Collection[str]
) -> Problem:
    """Return the error for a heading nobody knows. It is not quoted: it may be a stray value.

    The known one most like it is named, one that is missing before one that is there.
    """
    wanted = [spelling for spelling, name in header.headings.items() if name in missing]
    near = nearest(text, wanted) or nearest(text, header.headings)
    hint = f" Den ligner {header.shown[header.headings[near]]}." if near else ""
    return Problem(
        "error",
        "heading.unknown",
        f"Overskriften i cellen er ikke kendt.{hint}{describe_lookalikes(text)}",
        file=sheet.file,
        sheet=sheet.name,
        cell=cell,
        expected="en overskrift fra kortet",
        advice=f"Tilføj den i data/raw/maps/{header.kind}.csv: ved sin kolonne, i ignored "
        "(kendt og ikke ønsket) eller i personal (personoplysning).",
    )


def check_repeated(sheet: Sheet, headings: Headings, header: HeaderMap) -> list[Problem]:
    """Return the wanted columns whose heading stands more than once.

    Where most of them do, two tables stand beside each other, which is one error.
    """
    seen: dict[str, int] = {}
    repeated: list[tuple[int, str]] = []
    for column, text in headings.folded.items():
        name = header.headings.get(text)
        if name and seen.setdefault(name, column) != column:
            repeated.append((column, name))
    if len(repeated) >= max(LEAST_BESIDE, len(seen) / 2):
        return [report_beside(sheet, headings.last_row, repeated[0][0])]
    return [report_repeated(sheet, headings.last_row, header, *each, seen) for each in repeated]


def report_beside(sheet: Sheet, row: int, column: int) -> Problem:
    """Return the error for two tables beside each other."""
    return Problem(
        "error",
        "table.beside",
        "To tabeller af samme slags står ved siden af hinanden.",
        file=sheet.file,
        sheet=sheet.name,
        cell=name_cell(row, column),
        advice="Er det flere år? Lad arket have én tabel: flyt den anden til sin egen årsmappe.",
    )


def report_repeated(
    sheet: Sheet, row: int, header: HeaderMap, column: int, name: str, seen: Mapping[str, int]
) -> Problem:
    """Return the error for a wanted heading that stands once more."""
    return Problem(
        "error",
        "heading.repeated",
        f"Overskriften {header.shown[name]} står også i {name_cell(row, seen[name])}.",
        file=sheet.file,
        sheet=sheet.name,
        cell=name_cell(row, column),
        column=name,
        advice="Slet den ene kolonne, eller giv den en anden overskrift.",
    )


def check_groups(sheet: Sheet, headings: Headings, header: HeaderMap) -> list[Problem]:
    """Return an error for each wanted heading right below a group that may change its meaning.

    Texts in the two first columns are titles, and what joins to a known heading is settled.
    """
    above = headings.last_row - 1
    own = read_texts(sheet, headings.last_row)
    titles = sorted(own)[:2]
    return [
        report_group(sheet, name_cell(above, column), header, own[column])
        for column, value in sorted(sheet.cells(above).items())
        if is_group(value)
        and column in own
        and column not in titles
        and headings.texts[column] == own[column]
        and fold(own[column]) in header.headings
    ]


def is_group(value: CellValue) -> bool:
    """Tell whether a cell above a heading holds words."""
    return isinstance(value, str) and not is_blank(value)


def report_group(sheet: Sheet, cell: str, header: HeaderMap, own: str) -> Problem:
    """Return the error for a heading below a group. The group is not quoted: it may be a value."""
    return Problem(
        "error",
        "heading.group",
        f"Der står en tekst lige over overskriften “{own}”, som kan ændre dens betydning.",
        file=sheet.file,
        sheet=sheet.name,
        cell=cell,
        column=header.headings[fold(own)],
        advice="Skriv hele overskriften i én celle, eller tilføj den samlede overskrift (teksten "
        f"over, et mellemrum og “{own}”) i data/raw/maps/{header.kind}.csv. Er det en titel, så "
        "sæt en tom række ind under den.",
    )
