"""What a project starts from: a year's folder, a page of one's own, another municipality's project.

The template is what this project itself consists of; in an installed wheel a copy.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import MISSING, fields
from datetime import date
from pathlib import Path
from typing import Any

from socok_analysis.checks import findings
from socok_analysis.core.danish import clean_text, make_slug
from socok_analysis.core.folders import replace_folder
from socok_analysis.core.lists import list_columns
from socok_analysis.core.problems import UsageError
from socok_analysis.core.year import FILE as SETTINGS_FILE
from socok_analysis.core.year import SETTINGS, Year, list_years, raw_dir, read_year
from socok_analysis.intake import corrections, texts
from socok_analysis.intake.texts import Section, Words
from socok_analysis.run.notebooks import read_purpose

PACKAGE = Path(__file__).parents[1]
SOURCE = PACKAGE / "template" if (PACKAGE / "template").is_dir() else PACKAGE.parents[1]
PAGE = PACKAGE / "run/page.ipynb"  # its title and year are put in
MAPS, START = "data/raw/maps", ("rapport.cmd", "rapport.command", "rapport.desktop")
EMPTIED = ("enterprise_ids.csv", "breaks.csv", "fact_sums.csv", "reservations.csv")
FOOTER = "Eksempel lavet med socok_analysis. Udtrækkene er rekonstrueret."
PLAIN = str.maketrans({"\\": "", '"': "'", "{": "(", "}": ")"})  # as text in a cell of code
TITLE, LONGEST_NAME = "Socialøkonomisk årsrapport", 60  # a page's name is a file's in many folders
KEPT = {"indsats": "Indledning", "virksomhed": "Om", "side": "Referencer"}
SOURCES = {texts.REPLY: texts.RECOMMENDATION, "I år": "Næste år", "Siden sidst": ""}
DAYS = ("period_start", "period_end", "evaluation_date", "issued_on")
EXAMPLES = {
    "period_start": "{0}-MM-DD    # første dag, ansættelser tælles fra",
    "period_end": "{0}-MM-DD    # ... til og med denne dag",
    "evaluation_date": "{0}-MM-DD    # forløb opgøres denne dag",
    "issued_on": "{1}-MM-DD    # måneden står på forsiden",
    "municipality": '"Kommunens navn"',
    "committees": '["Udvalget, der får rapporten"]',
    "strategy_start": "ÅÅÅÅ-MM-DD",
}
MODELS = {findings.FILE: findings.Deviation, corrections.FILE: corrections.Correction}
OWN = {name: (*list_columns(model),) for name, model in MODELS.items()}  # a year's lists


def add_year(root: Path, number: int) -> Path:
    """Make a year's folder: its settings, texts and lists, and beside it what is double-clicked.

    Raise UsageError where there is one, or where it is no year.
    """
    folder, words = raw_dir(root, number), Words(root, number)
    if folder.exists():
        raise UsageError(f"data/raw/{number} findes allerede. Den bliver ikke rørt.")
    if not 1900 <= number <= 2100:
        raise UsageError(f"{number} er ikke et årstal mellem 1900 og 2100.")
    last = read_year(root, words.before.year) if words.before else None
    files = {name: f"{','.join(columns)}\n" for name, columns in OWN.items()}
    files[SETTINGS_FILE] = _write_settings(number, last)
    for section in words.sections:
        for name in (words.before or words).list_files(section):
            files[f"{texts.FOLDER}/{name}.md"] = _write_text(words, section, name)
    with replace_folder(folder) as fresh:
        for name, text in files.items():
            (fresh / name).parent.mkdir(parents=True, exist_ok=True)
            (fresh / name).write_text(text, encoding="utf-8", newline="\n")
    for name in START:
        if not (root / name).exists():
            shutil.copy(SOURCE / name, root / name)
    return folder


def _write_settings(year: int, last: Year | None) -> str:
    """Return `year.toml`: what is known, last year's goals, and as comments what to fill in."""
    known = {field.name: field.default for field in fields(Year)} | (vars(last) if last else {})
    known |= dict.fromkeys(DAYS) | {"year": year}
    known["title"] = f"Socialøkonomisk årsrapport {year}"
    known["previous_evaluation_date"] = last.evaluation_date if last else None
    lines = [
        "# Årets oplysninger. Datoer skrives år-måned-dag uden anførselstegn.",
        "# Fjern # foran de linjer, der skal udfyldes, og ret datoerne.",
    ]
    for section, keys in SETTINGS.items():
        lines += ["", f"[{section}]"]
        for key in keys:
            value: Any = known[key]
            if value not in (None, MISSING, "", ()):
                is_day = isinstance(value, date)
                shown = value.isoformat() if is_day else json.dumps(value, ensure_ascii=False)
                lines.append(f"{key} = {shown}")
            elif key in EXAMPLES:
                lines.append(f"# {key} = {EXAMPLES[key].format(year, year + 1)}")
    return "\n".join(lines) + "\n"


def _write_text(words: Words, section: Section, name: str) -> str:
    """Return a text file: its headings, and last year's words where they are still of use.

    What a section is about seldom changes and is kept; the rest stands in comments and must be
    written anew, so that last year's words are never published as this year's.
    """
    before = words.before or words
    earlier, wanted = before.text(name), list(section.parts)
    if texts.REPLY in words.list_wanted(section):
        wanted.insert(1, texts.REPLY)
    blocks = [f"# {section.heading or earlier.title or name}"]
    for heading in wanted:
        part = earlier.find(SOURCES.get(heading, heading))
        inside = texts.COMMENT.sub("", part.body).replace("-->", "").strip() if part else ""
        text = f"<!-- Skriv afsnittet “{heading}” her. -->"
        if part:
            told = f"Under “{part.heading}” stod der i rapport {before.year}:\n\n{inside}\n-->"
            text = f"<!-- Skriv afsnittet “{heading}” her.\n{told}"
        if heading == texts.REPLY and part:
            text = f"Status:\n\n<!-- Skriv status efter kolon ({' / '.join(texts.STATUSES)}), "
            text += "og skriv herunder, hvad der blev af anbefalingen.\nAnbefalingen i rapport "
            text += f"{before.year} lød:\n\n{inside}\n-->"
        elif part and KEPT.get(section.kind) == heading:
            text = f"{part.body}\n\n<!-- Fra rapport {before.year}. Ret det, der er nyt. -->"
        blocks.append(f"## {heading}\n\n{text}")
    return "\n\n".join(blocks) + "\n"


def add_page(root: Path, title: str) -> Path:
    """Make the notebook of a page with a text, a table and a chart, last in the report."""
    title = clean_text(title.translate(PLAIN))
    name, home = make_slug(title), root / "notebooks"
    path = home / f"{name}.ipynb"
    if not name or len(name) > LONGEST_NAME:
        raise UsageError(f"--page skal have bogstaver eller tal, højst {LONGEST_NAME} tegn.")
    if path.exists():
        raise UsageError(f"notebooks/{name}.ipynb findes allerede: vælg et andet navn til --page.")
    orders = [int(read_purpose(p).get("order", 0)) for p in home.glob("*.ipynb")]
    book = json.loads(PAGE.read_text(encoding="utf-8"))
    book["metadata"]["socok"] = {"page": name, "order": max(orders, default=0) + 1}
    year = max(list_years(root), default=date.today().year)
    book["cells"][0]["source"][0] = f"year: int = {year}  # rapportens år\n"
    book["cells"][2]["source"] = [f'page.title("{title}")']
    path.write_bytes(f"{json.dumps(book, ensure_ascii=False, indent=1)}\n".encode())
    return path


def make_project(target: Path, municipality: str) -> Path:
    """Make a municipality's project without what only holds here, where nothing stands."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} er ikke tom. Vælg en ny mappe med --out.")
    for name in ("notebooks", MAPS, "docs"):
        hidden = shutil.ignore_patterns(".*", "figures", "eksempel-*", "decisions.md")
        shutil.copytree(SOURCE / name, target / name, ignore=hidden)
    for name in ("index.qmd", ".gitignore", *START):
        shutil.copy(SOURCE / name, target / name)
    name = municipality.replace("\\", "").replace('"', "")
    site = (SOURCE / "_quarto.yml").read_text("utf-8").replace(f'"{TITLE}"', f'"{TITLE}, {name}"')
    site = site.replace(FOOTER, f"{name}. Lavet med socok_analysis.")
    (target / "_quarto.yml").write_bytes(site.encode())
    for name in (*EMPTIED, "definitions.csv"):
        path = target / MAPS / name
        heading, *lines = path.read_text("utf-8").splitlines(keepends=True)
        place = heading.split(",").index("partner") if name not in EMPTIED else 0
        kept = (line for line in lines if not line.split(",")[place])
        path.write_bytes("".join([heading, *kept]).encode())
    home = target / "src/socok_analysis/publish"  # where `_quarto.yml` has what Quarto reads
    shutil.copytree(PACKAGE / "publish/assets", home / "assets")
    shutil.copyfile(PACKAGE / "publish/hooks.py", home / "hooks.py")
    return target
