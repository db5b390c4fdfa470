"""An outsider's attack on a published site: which small numbers of people can be worked out?

It reads the public downloads and the pages. Every number becomes an equation in whole numbers of
persons by report, year of start, time of ending and reason or pair of reasons; integer programming
gives the lowest and the highest value of each number that is protected or marked as hidden.
"""

import csv
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations_with_replacement
from pathlib import Path

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

# Reasons by class: N success narrow, S wide only, A awaiting, T stopped, O other, P not over yet.
# Reasons that no number tells apart are one. SINGLE: the sensitive that must never stand alone.
SINGLE = {"faengsel": "fængsel", "doed": "død", "aegtefaelle": "ægtefælle", "barsel": "barsel"}
SINGLE |= {"foertidspension": "førtidspension"}
CODES = dict(narrow="N", wide="S", awaiting="A", stoppet="T", rest="O") | {"": "P"}
GROUPS = dict(success_narrow="N", success_wide="NS", awaiting="A", stopped="T", other="O")
WHOLE = dict(completed="NSATO", started="NSATOP", active="P")
WORDS = {"job, fleksjob eller": "success_narrow", "^videre": "success_wide"}
WORDS |= {"afvent(?!er rehab)": "awaiting", "stoppe[td]e?(?! af )": "stopped"}
WORDS |= {"andre årsager": "other"}
SPLIT = r", og |; | · |,? (?:og )?(?=\d+ af )"  # between two numbers in a sentence
SKIP = "måneder|plan|veteraner|plads|ændring|dengang|{#"  # about something else
TYPES = ["fleksjob", "deltid", "fuldtid", "hybrid", "loentilskud", "seniorjob", "timeloennet"]
WAYS = {"type": ["type"], "jobcentre": ["type"], "share": ["type"], "other": ["other_type"]}
WAYS |= {"other_type": ["other_type"], "total": ["type", "other_type"]}
HEAD = r"started|active|(period\.)?(completed|success_wide|success_narrow)"
GROUP = f"({'|'.join(GROUPS)})"
NAMES = rf"(period\.|cohort\.\d+\.)?(started|active|completed|{GROUP}(\+{GROUP})*"
NAMES += rf"|exit\.(stoppet|{'|'.join(SINGLE)}))"
PARTS = r"(?:period\.|cohort\.(\d*)\.)?([\w+]+)\.?(\w*)"  # year of start, number, reason
MAX = 9999


@dataclass
class Finding:
    """What can be known of one number; ``flagged``: more than is promised."""

    kind: str  # sensitive, marked (as hidden), person (of fewer than threshold), job, note
    partner: str
    year: int
    quantity: str
    low: float = 0
    high: float = 0
    possible: float = 5  # values it must keep: five, or as many as the headline rates leave
    flagged: bool = False


def clean(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", text)).replace("\xad", "").split())


def slug(text: str) -> str:
    text = text.lower().replace("æ", "ae").replace("ø", "oe").replace("å", "aa")
    return f"-{re.sub(r'[^a-z0-9]+', '-', text).strip('-')}-"


class Reading:
    """All that a site tells: (count, start, end) by (year, name), and its checks and changes."""

    def __init__(self, site: Path) -> None:
        self.facts, self.said, self.marked = {}, {}, {}  # said: in a sentence only
        self.told, pages = [], []
        for path in sorted(site.rglob("*"), key=lambda path: (path.suffix, path)):
            year = int((re.findall(r"20\d\d", str(path.relative_to(site))) or [0])[0])
            if path.name.endswith("noegletal.csv"):
                self.csv(path, year)
            elif path.suffix == ".html":
                text = re.sub(r"(?s)<(script|style|nav)\b.*?</\1>", "", path.read_text("utf-8"))
                pages.append((year, path.stem, text))
                for tag, value in re.findall(r'data-figure="(\d+/\S+?)"[^>]*>([^<]*)<', text):
                    self.add(int(tag[:4]), tag[5:], clean(value))
        parts = [name.split(".") for _, name in self.facts]
        self.partners = sorted({part[1] for part in parts if part[0] == "outcomes"})
        for year, *page in pages:  # the front page is about the newest report
            self.page(year or max(year for year, _ in self.facts), *page)

    def csv(self, path: Path, year: int) -> None:
        """A list of figures; what is told for twelve months is told for the period."""
        for row in csv.DictReader(path.read_text("utf-8-sig").splitlines()):
            dates = row["period_start"], row["period_end"]
            count = row["numerator"] or row["value"]
            if row.get("status") == "c":
                self.marked[year, row["figure"]] = (None, *dates)
            if re.fullmatch(r"\d+(\.\d+)?", count) and (row["numerator"] or row["unit"] != "andel"):
                ends = [int(day[:4]) * 12 + int(day[5:7]) for day in dates if "" not in dates]
                months = ends[1] - ends[0] + 1 if ".per_12_months." in row["figure"] else 12
                key = year, row["figure"].replace(".per_12_months.", ".type.")
                self.facts.setdefault(key, (round(float(count) * months / 12), *dates))

    def add(self, year: int, name: str, text: str, said: bool = False) -> bool:
        """A printed number: 37, 37 af 68, 54,4 % (37 af 68), 22 (32,4 %); 35,3 % of a known."""
        whole = re.sub(r"\.\w+(\+\w+)*$", ".completed", name.replace(".exit", ""))
        done = self.facts.get((year, whole), (None,))[0]
        text = re.sub(r"[\d,]+ % \((.*)\)", r"\1", text)
        if (hit := re.fullmatch(r"(\d+)(,\d)? %", text)) and done and done < 200:
            text = str(round(done * float((hit[1] + (hit[2] or "")).replace(",", ".")) / 100))
        hit = re.fullmatch(r"(\d+)(?: af (\d+))?(?: forløb)?(?: \([\d,]+ %\))?", text)
        if not hit or hit[2] and done != int(hit[2]) and (said or done):
            return False
        (self.said if said else self.facts).setdefault((year, name), (int(hit[1]), "", ""))
        return True

    def page(self, year: int, stem: str, page: str) -> None:
        """Tables, charts and sentences, beside the numbers that carry their name."""
        caption = ""
        for block in re.findall(r"(?s)<figcaption.*?</figcaption>|<table.*?</table>", page):
            caption = clean(block.split("<tr")[0]) or caption
            rows = [re.findall(r"(?s)<t[hd]\b.*?</t[hd]>", row) for row in block.split("</tr>")]
            for row in filter(None, rows[1:]):
                self.row(year, stem, caption, list(map(clean, rows[0])), list(map(clean, row)))
        for alt in re.findall(r'alt="([^"]*)"', page):
            for label, text in re.findall(r"([^.:;]+(?:pga\.[^.:;]+)?): (\d+ \([\d,]+ %\))", alt):
                self.tell(year, [alt, stem], label.strip(), text)
        for block in re.split(r"</(?:p|li|h\d|dd)>", re.sub(r"(?s)<table.*?</table>", "", page)):
            for text in re.split(r"[.:;] (?=[A-ZÆØÅ\d])", clean(block)):
                for part in re.split(SPLIT, text) if text.count(" af ") > 1 else [text]:
                    if hit := re.search(r"\b(\d+ af )(?:de |i alt )?(\d+)\b", part):
                        since = ["", "period."][:: -1 if "siden sidst" in text.lower() else 1]
                        self.tell(year, [part, text, stem], part, hit[1] + hit[2], since, True)

    def row(self, year: int, stem: str, caption: str, head: list[str], row: list[str]) -> None:
        """A row of a table: failed checks, changed definitions, or numbers."""
        if re.search("kontrol|afvigelser|Ændrede definitioner", caption):
            self.told.append((year, " ".join(row).lower()))
            return
        for column, text in list(zip(head, row, strict=False))[1:]:
            if not re.search("Mål|Spænd|måneder|Nået", column):
                when, names = re.fullmatch(r"Rapport (20\d\d)", column), [row[0], caption, stem]
                label, spans = row[0].split(": ", 1)[-1], ["period." * ("iden sidst" in column)]
                self.tell(int(when[1]) if when else year, names, label, text, spans)

    def tell(self, year: int, names: list, label: str, text: str, spans=("",), said=False) -> None:
        """A number beside a label, of the partner that is named first; merged: stopped+other."""
        slugs, low = [slug(name) for name in names], label.lower()
        named = [p for name in slugs for p in self.partners if f"-{p}-" in name]
        found = [f"exit.{code}" for code, word in SINGLE.items() if word in low]
        found += [] if found else [name for word, name in WORDS.items() if re.search(word, low)]
        if named and found and not re.search(SKIP, low) and "+exit" not in "+".join(found):
            name = found[0] if "success" in found[0] else "+".join(found)
            any(self.add(year, f"outcomes.{named[0]}.{x}{name}", text, said) for x in spans)


class Model:
    """Whole numbers bound by linear equations; a sum is a list of unknowns, ~j for less j."""

    def __init__(self) -> None:
        self.size, self.rows, self.seen = 0, [], {}

    def var(self) -> list[int]:
        self.size += 1
        return [self.size - 1]

    def best(self, expr: list[int], sign: int) -> float | None:
        """The lowest (1) or highest (-1) value; None when nothing fits."""
        table = np.zeros((len(self.rows) + 1, self.size))
        for line, part in zip(table, [expr, *(row[0] for row in self.rows)], strict=True):
            for j in part:
                line[max(j, ~j)] += 1 if j >= 0 else -1
        rows = LinearConstraint(table[1:], *([row[k] for row in self.rows] for k in (1, 2)))
        found = milp(sign * table[0], integrality=1, bounds=Bounds(0, MAX), constraints=rows)
        return None if found.x is None else round(sign * found.fun)

    def span(self, expr: list[int]) -> tuple:
        key = tuple(sorted(expr))
        if key not in self.seen:
            self.seen[key] = self.best(expr, 1), self.best(expr, -1)
        return self.seen[key]


class Courses:
    """Unknowns of a partner. ``free``: sentences are not read and any number may be recoded."""

    def __init__(self, read: Reading, partner: str, known: dict, names: str, free: bool) -> None:
        self.m, self.known, self.free, stem = Model(), known, free, f"outcomes.{partner}."
        self.told = [x for x in read.told if f"-{partner}-" in slug(x[1]) or "alle partn" in x[1]]
        facts = (read.facts if free else read.marked | read.said | read.facts).items()
        found = [(y, name.removeprefix(stem), *fact) for (y, name), fact in facts if stem in name]
        found = [row for row in found if re.fullmatch(names, row[1])]
        order = sorted(found, key=lambda row: (row[1] == "success_wide", row[4]))
        last = {year: end for year, *_, end in order}  # the day of the table of results
        told = [code for code in SINGLE if any(code in row[1] for row in found)]
        self.single = told + [code for code in SINGLE if code not in told][:1]  # one for the rest
        self.facts, self.year, self.cells, self.marked = {}, {}, {}, {}
        for year, name, count, start, end in sorted(found, reverse=True):
            date = end or last[year] or f"{year}-12-31"
            self.facts[date, name], self.year[date] = (count, start), year
        dates, since = sorted(self.year), {row[3] for row in found if "period." in row[1]}
        self.cuts = sorted({*dates, *since} - {""})
        self.until = {date: [cut for cut in self.cuts if cut <= date] for date in dates}
        self.kinds = {date: self.classes(year) for date, year in [("", 0), *self.year.items()]}
        self.starts = [""]  # years of start, where any is told
        if any("cohort." in row[1] for row in found):
            first = min(int(row[3][:4]) for row in found if row[3])
            self.starts = [str(year) for year in range(first, int(dates[-1][:4]) + 1)]
        chain, codes = list(zip(["", *dates], dates, strict=False)), [*filter(None, self.kinds[""])]
        limits = [self.limits(*both) for both in chain]
        self.combos = [(code,) for code in codes]
        pairs = combinations_with_replacement(codes, 2) if any(row[1] for row in limits) else []
        self.combos += [(a, b) for a, b in pairs if a != b or a in {*CODES} - {"stoppet"}]
        for both, limit in zip(chain, limits, strict=True):
            self.snapshot(*both, limit)
        for (date, name), (count, start) in self.facts.items():
            since = (start or ["", *self.until[date]][-2]) if "period." in name else ""
            expr = self.expr(date, name, [cut for cut in self.until[date] if cut > since])
            if (self.year[date], stem + name) in read.marked:
                self.marked[self.year[date], name] = expr
            places = read.facts.get((self.year[date], f"agreements.{partner}.places"), (MAX,))[0]
            bounds = self.hidden(date, name, places) if count is None else (count, count)
            self.m.rows.append((expr, *bounds))

    def hidden(self, date: str, name: str, places: int) -> tuple[int, int]:
        """The bounds of a number marked as hidden: 0 courses would have been printed."""
        texts = " ".join(text for year, text in self.told if year == self.year[date])
        half = name == "active" and "mere end halvdelen" in texts  # of the places: does not hold
        least = re.search("started|completed|active", name)
        return int(bool(least)), places // 2 if half else MAX

    def classes(self, year: int) -> dict[str, str]:
        """The class of each reason in a report, with those that came to or left a group."""
        now = CODES | dict.fromkeys(self.single, "O")
        for changed, text in self.told:
            if text.startswith("stoppet") and "databrud" in text:
                now["wider"] = "T" if year >= changed else "O"
            for part in re.split("(?=ikke længere)", text) if text.startswith("afvent") else ():
                here = part.startswith("ikke længere") == (year < changed)
                now |= dict.fromkeys(re.findall("”([^”]+)”", part), "A" if here else "O")
        return now

    def limits(self, before: str, date: str) -> tuple[float, ...]:
        """Courses with two reasons (from, to), and the most recoded, come late and gone."""
        known = {k: v for k, v in self.known.get(self.year[date], {}).items() if v is not None}
        texts = " ".join(text for year, text in self.told if year == self.year[date])
        two = MAX if self.free or "har én afgangsårsag" in texts else 0
        many = MAX if self.free or "ingen afgangsårsag er ændret" in texts else 0
        names = (date, "completed"), (date, "period.completed"), (before, "completed")
        now, new, old = (self.facts.get(name, (None,))[0] for name in names)
        late = known.get("late", 0 if None in (now, new, old) else now - new - old)
        two = known.get("two_reasons", 0), known.get("two_reasons", two)
        many = many if self.free else known.get("recoded", many)
        return *two, many, max(late, 0), known.get("went", max(-late, 0))

    def snapshot(self, before: str, date: str, limit: tuple) -> None:
        """The unknowns as coded in one report, and their ties to the report before."""
        m, ups, downs, (least, two, many, late, went) = self.m, [], [], limit
        self.cells |= {(date, "", s): {("",): m.var()} for s in self.starts if s <= date}
        for cut, start in [(c, s) for c in self.until[date] for s in self.starts if s <= c]:
            old = self.cells.get((before, cut, start))
            still = old and not many + late + went
            cell = old if still else {combo: m.var() for combo in self.combos}
            moves = [(combo, m.var(), m.var()) for combo in self.combos if old and not still]
            self.cells[date, cut, start] = cell
            for combo, up, down in moves:
                m.rows.append((cell[combo] + down + [~j for j in old[combo] + up], 0, 0))
            up, down = ([j for move in moves for j in move[k]] for k in (1, 2))
            m.rows.append((up + [~j for j in down], -went, late))
            ups, downs = ups + up, downs + down
        cells = [cell for key, cell in self.cells.items() if key[0] == date]
        pairs = [j for cell in cells for combo, x in cell.items() if combo[1:] for j in x]
        m.rows += [(ups, 0, many + late), (downs, 0, many + went), (pairs, least, two)]
        since = [cut for cut in self.until[date] if cut > before]
        for start in self.starts:  # who had started before is over or still there
            now, old = (self.expr(x, f"cohort.{start}.started", since) for x in (date, before))
            is_past = "" < start < before[:4]
            m.rows.append((now + [~j for j in old], -went, late if is_past else MAX))

    def expr(self, date: str, name: str, cuts: list[str]) -> list[int]:
        """What a figure counts: courses with at least one of the reasons, as coded in a report."""
        start, one, code = re.fullmatch(PARTS, name).groups()
        kinds = "".join((GROUPS | WHOLE).get(key, "") for key in one.split("+"))
        codes = {code} if code else {c for c, kind in self.kinds[date].items() if kind in kinds}
        starts = [start] if start else self.starts
        cells = [self.cells.get((date, cut, s), {}) for cut in ["", *cuts] for s in starts]
        return [j for cell in cells for combo, x in cell.items() if codes & {*combo} for j in x]

    def questions(self) -> Iterator[tuple[int, str, list[int], list[int]]]:
        """Report, name, expression and what it is of, for each number that is protected."""
        for date, year in sorted(self.year.items()):
            every, which = self.until[date], ("all ended", "ended since", "ended before")
            spans = zip(which, (every, every[-1:], every[:-1]), strict=True)
            for told, cuts in spans if every[1:] else [("all ended", every)]:
                for name in [*GROUPS, *(f"exit.{code}" for code in self.single)]:
                    expr, of = self.expr(date, name, cuts), self.expr(date, "completed", cuts)
                    yield year, f"{name.removeprefix('exit.')}, {told}", expr, of


def ask(read: Reading, partner: str, known: dict, threshold: int) -> Iterator[Finding]:
    """All that can be known about the courses of a partner."""
    at, head = (Courses(read, partner, known, names, False) for names in (NAMES, HEAD))
    if at.m.best([], 1) is None:
        at, text = Courses(read, partner, known, NAMES, True), "contradicts itself: read loosely"
        yield Finding("note", partner, 0, text, flagged=at.m.best([], 1) is None)
    plain = {(year, name): expr for year, name, expr, _ in head.questions()}
    for (year, name), expr in at.marked.items():
        low, high = at.m.span(expr)
        yield Finding("marked", partner, year, name, low, high, 5, low == (high or 0) < 5)
    for year, name, expr, of in at.questions():
        (low, high), size, short = at.m.span(expr), at.m.span(of), name.split(",")[0]
        if None in (low, size[1]) or not size[1]:
            continue
        item, values = Finding("sensitive", partner, year, name, low, high), high - low + 1
        if short in ("success_narrow", "success_wide", "awaiting"):
            item.kind, item.possible = "person", size[0] + 1
            item.flagged = 0 < size[0] == size[1] < threshold and values < item.possible
        else:
            least, most = head.m.span(plain.get((year, name), [])) if values < 5 else (0, 4)
            item.possible = 5 if most is None else min(5, most - least + 1)
            small = low < 5 or (low == high and short in SINGLE)
            whole = short not in SINGLE and at.m.span(of + [~j for j in expr])[1] == 0
            item.flagged = whole or (small and values < item.possible)
        yield item


def jobs(read: Reading, year: int, threshold: int) -> Iterator[Finding]:
    """Jobs by type, through the job centre and otherwise."""
    m = Model()
    cell = {(t, way): m.var() for way in ("type", "other_type") for t in TYPES}
    for (told, name), (count, *_) in read.facts.items():
        one, kind, *rest = [*name.split("."), "", ""][:3]
        names = rest[0].split("+") if rest[0] else TYPES
        if one == "jobs" and told == year and kind in WAYS and set(names) <= set(TYPES):
            parts = [j for t in names for way in WAYS[kind] for j in cell[t, way]]
            m.rows.append((parts, count, count))
    for (t, way), expr in cell.items() if m.rows else ():
        (low, high), name = m.span(expr), f"jobs.{way}.{t}"
        few = low == high != 0 and ((high or 0) < threshold or (year, name) not in read.facts)
        yield Finding("job", "", year, name, low or 0, high or 0, 2, few)


def attack(site: Path, known: dict | None = None, threshold: int = 3) -> list[Finding]:
    """All findings. ``known``: partner -> year -> two_reasons (of all), recoded, late, went."""
    read = Reading(Path(site))
    asked = [ask(read, p, (known or {}).get(p, {}), threshold) for p in read.partners]
    asked += [jobs(read, y, threshold) for y in sorted({year for year, _ in read.facts})]
    return [finding for part in asked for finding in part]
