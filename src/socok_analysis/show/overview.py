"""What the report says in short, of jobs, of the agreements, and of the enterprises and the grants.

Never a ranking: partners take different people, and only the narrow rate counts the same at all.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from functools import partial

import pandas as pd

from socok_analysis.core import danish
from socok_analysis.figures.figure import Figure, count_months, is_true, valid_at
from socok_analysis.show import markdown as md
from socok_analysis.show import partner
from socok_analysis.show.drawing import BLUE, GREY, Chart, chart_bars, draw_months
from socok_analysis.show.page import Page, Sentences
from socok_analysis.show.text import render_part, show_fact, show_stated

GOALS = {
    "jobs_per_year": ("jobs.total", "Ansættelser om året"),
    "jobs_in_strategy": ("jobs.cumulative", "Ansættelser i hele strategien"),
    "enterprises": ("enterprises.total", "Antal virksomheder og initiativer"),
}
# Of each partner: a rate, what it is called, and the figure of what is agreed.
RATES = (
    ("outcomes.P.success_wide", "videre efter forløbet", "agreements.P.target"),
    ("outcomes.P.within_12_months", "videre inden for 12 måneder", ""),
    ("outcomes.P.stopped", "stoppet undervejs", ""),
    ("agreements.P.plans", "har fået en plan<, {plans.P.unknown!} ikke oplyst>", ""),
    ("agreements.P.veteran_share", "veteraner", "agreements.P.veteran_goal"),
    ("occupancy.P.share", "pladser i brug", ""),
)
# Key figures, each a value, its label and a note; the last is each partner's.
TILES = (
    ("{jobs.total}", "ansættelser i rapportens periode", "Målet er {goals.jobs_per_year} om året"),
    ("{enterprises.total}", "virksomheder og initiativer", "Målet er {goals.enterprises}"),
    ("{outcomes.P.success_wide}", "{navn}: videre efter forløbet", "af alle afsluttede forløb"),
)
MOST_TOLD, LIKE = 2, "videre til job, uddannelse eller lignende"
PARTS = ("places", "extra_places", "in_use", "waiting")
SERIES, YEARLY = "jobs.cumulative.", "jobs.total_per_12_months"
TYPES, SCALED = "jobs.type.", "jobs.per_12_months."
TOLD_FORMS = {f"{SCALED}fleksjob": "fleksjob", f"{SCALED}loentilskud": "job med løntilskud"}
COLON = re.compile(r"\\?:(?= )")
NAMED = re.compile(r'data-figure="([^"]*)"')


def _make_goals(page: Page) -> md.Table:
    rows = []
    for goal, (actual, label) in GOALS.items():
        if target := page.find(f"goals.{goal}"):
            shown, met = md.show_value(page.find(actual)), page.find(f"goals.{goal}.met")
            if goal == "jobs_per_year" and _is_scaled(page):
                shown += page.fill(f" ({{{YEARLY}|rundt}} på tolv måneder)")
            rows.append([label, md.show_value(target), shown, md.show_value(met)])
    return md.Table("maal", "Strategiens mål og resultater", "Mål for|Mål>|Resultat>|Nået", rows)


def _make_rates(page: Page) -> md.Table:
    """Return every rate: standard, met, of how many, not known, interval, two reports back."""
    rows, earlier = [], sorted(year for year in page.told if year < page.year.year)[:-3:-1]
    for own in page.partners():
        for name, label, standard in RATES:
            figure, goal = own.find(name), own.find(standard)
            is_told = figure and figure.value is not None and figure.denominator
            if not figure or not is_told or (name.endswith("veteran_share") and not goal):
                continue
            note = page.note(figure)
            met = "ja" if goal and (figure.value or 0) >= (goal.value or 0) else "nej"
            label = f"{md.escape(page.name(own.partner))}: {own.fill(label)}"
            row = [
                f"{label} ({note})" if note else label,
                md.show_value(goal),
                md.name_value(met, figure) if goal else md.DASH,
                _show_share(figure),
                md.show_value(figure, "af"),
                md.show_value(figure if figure.low is not None else None, "spænd"),
            ]
            rows.append([*row, *(_show_share(own.find(name, year)) for year in earlier)])
    header = "|".join(["Andel|Mål>|Nået|Nu>|Antal>|Spænd>", *(f"Rapport {y}>" for y in earlier)])
    note = (
        "Mål: det, der er aftalt; –: intet mål. Spænd: det, en andel med så få forløb kan sige om "
        "forløb i almindelighed (95 %). Forløb er talt siden den første aftale."
    )
    return md.Table("andele", "Alle andele i rapporten", header, rows, note)


def _show_share(figure: Figure | None) -> str:
    """Return a figure's share, also of a count that has what it is of."""
    if figure and figure.denominator:
        share = (figure.numerator or 0) / figure.denominator
        figure = replace(figure, value=share, unit="andel")
    return md.show_value(figure)


def _tell_conclusions(page: Page) -> str:
    """Return what the report says in at most six sentences, good and bad."""
    mets = {md.lower(label): page.find(f"goals.{goal}.met") for goal, (_, label) in GOALS.items()}
    known = {label: met for label, met in mets.items() if met}
    reached = [label for label, met in known.items() if met.value]
    missed = danish.join_words(label for label, met in known.items() if not met.value)
    goals = f"{'Målet' if len(reached) == 1 else 'Målene'} er nået for {danish.join_words(reached)}"
    goals += f", men endnu ikke for {missed}" if missed else ""
    goals = goals if reached else "Ingen af målene er nået endnu"
    forms = ", og ".join(
        f"fra {{{name}@|rundt}} til {{{name}|rundt}} i {what}"
        for name, what in TOLD_FORMS.items()
        if len({*map(md.FORMS["rundt"], filter(None, page.both(name)))}) > 1
    )
    points = [
        f"{md.name_value(goals, *known.values())}." if known else "",
        page.fill(forms and f"Regnet på tolv måneder gik ansættelserne gennem jobcentret {forms}."),
        *_tell_partners(page),
        page.fill("Rapporten slutter med {recommendations.total|anbefaling/anbefalinger}."),
    ]
    return "\n".join(f"- {point}" for point in points if point)


def _tell_partners(page: Page) -> list[str]:
    """Return each partner's result since the last evaluation; of many only how many fell."""
    told, pages = [], [own for own in page.partners() if partner.find_rate(own, "success_wide")]
    if len(pages) > MOST_TOLD:
        ways = [partner.find_direction(own, "success_wide") for own in pages]
        words = [(ways.count(-1), "mindre"), (ways.count(1), "større")]
        (first, word), *others = [*filter(lambda each: each[0], words), (0, "")]
        head = f"Hos {first} af {len(pages)} partnere kommer en {word} del videre efter forløbet "
        more = "".join(f", hos {count} en {word}" for count, word in others if count)
        return [f"{head}end før{more}."] * bool(first)
    for own in pages:
        what = partner.NARROW if partner.is_narrow(own) else LIKE
        rate = "siden sidst {outcomes.P.period.success_wide|af}"
        rate = rate if partner.compare_rate(own, "success_wide") else "{outcomes.P.success_wide|af}"
        days = {figure.period_end for figure in own.both("outcomes.P.success_wide") if figure}
        before = "<; før var det {outcomes.P.success_wide@|af}>" * (len(days) > 1)  # or it stands
        told.append(own.fill(f"Hos {{navn}} er {rate} gået {what}{before}."))
    return told


def _tell_key_figures(page: Page) -> str:
    """Return jobs, enterprises and each partner's rate, as divs the style sheets show as tiles."""
    tiles = [(page, *TILES[0]), (page, *TILES[1]), *((own, *TILES[2]) for own in page.partners())]
    parts = list[str]()
    for own, *texts in tiles:
        value, label, more = map(own.fill, texts)
        value, _, known = value.removesuffix(").").partition(" (")  # is told small, with the rest
        told = {"value": value, "label": label, "note": ", ".join(filter(None, (more, known)))}
        lines = [f"[{text}]{{.{kind}}}" for kind, text in told.items() if text]
        if value:
            parts.append("\n\n".join([":::: {.key-figure}", *lines, "::::"]))
    return "\n\n".join(parts and ["::::: {.key-figures}", *parts[: 2 + MOST_TOLD], ":::::"])


def _make_partners(page: Page) -> md.Table:
    """Return the agreements that hold on the evaluation day: places, use, and the narrow rate."""
    agreements, day = page.proof.tables["agreements"], page.year.evaluation_date
    starts = agreements["starts_on"]
    held = agreements[is_true(starts <= day) & valid_at(starts, agreements["ends_on"], day)]
    columns, rows = ["starts_on", "enterprise_id"], []
    for start, enterprise in held.sort_values(columns)[columns].to_numpy(dtype=object).tolist():
        own = replace(page, partner=enterprise)
        figures = [own.find(f"agreements.P.{part}") for part in PARTS]
        name = f"{md.escape(page.name(enterprise))} (siden {start.year})"
        rows.append((name, [*figures, partner.find_rate(own, "success_narrow")]))
    header = "Partner|Pladser>|Ekstra>|I brug>|Venter>|I job eller uddannelse>"
    note = (
        "Pladser: forløb, der kan være i gang på én gang, når aftalen ikke siger andet. Ekstra: "
        "pladser efter behov. I job eller uddannelse: efter forløbet, talt ens hos alle; ingen "
        "eller for få er afsluttet, hvor der står –. "
        "Partnerne tager imod forskellige borgere, så tallene siger ikke, hvem der gør det bedst."
    )
    caption = f"Aftalerne om forløb den {danish.format_day(day)}"
    return md.make_numbers("aftaler", caption, header, rows, "talt", note)


# Jobs


def _is_scaled(page: Page) -> bool:
    return count_months(page.year.period_start, page.year.period_end) != 12


def _list_types(page: Page, prefix: str = TYPES) -> list[str]:
    return [f"{prefix}{code}" for code in page.codes("job_types")]


def _head_years(page: Page) -> str:
    return "|".join(f"Rapport {year}>" for year in page.years)


def _find_commonest(page: Page) -> Figure | None:
    """Return the form with the most jobs; None where others, told together or not, may have it."""
    told = {figure.figure: figure.value or 0 for figure in page.tell(_list_types(page))}
    most = [name for name, value in told.items() if value == max(told.values())]
    return page.find(most[0]) if len(most) == 1 and "+" not in most[0] else None


def _tell_jobs_message(page: Page) -> str:
    good, bad = list[str](), list[str]()
    if goal := page.find("goals.jobs_per_year.met"):
        (good if goal.value else bad).append(f"målet er {'' if goal.value else 'ikke '}nået")
    ways = {YEARLY: "ansættelser om året end sidst", f"{SCALED}fleksjob": "fleksjob"}
    for name, what in ways.items():
        if way := md.find_way(*page.both(name)):
            (good if way > 0 else bad).append(f"der er {'flere' if way > 0 else 'færre'} {what}")
    if (most := _find_commonest(page)) and most.figure == f"{TYPES}loentilskud":
        bad.append("løntilskud er den hyppigste form gennem jobcentret")
    return md.tell_news(good, bad)


def _tell_jobs(page: Page) -> str:
    return page.fill(
        "Fra {periode} var der {jobs.total|ansættelse/ansættelser} i socialøkonomiske "
        "virksomheder og initiativer: {jobs.jobcentre} gennem jobcentret og {jobs.other} ad andre "
        "veje.",
        f"Omregnet til tolv måneder er det {{{YEARLY}|rundt}}." if _is_scaled(page) else "",
        f"I den forrige rapport var det {{{YEARLY}@|rundt}}.",
        "Målet er {goals.jobs_per_year} om året.",
    )


def _make_forms(page: Page) -> md.Table:
    """Return jobs by form, as one row those that either report tells together."""
    codes, rows = page.codes("job_types"), []
    figures = [figure for year in page.years for figure in page.tell(_list_types(page), year)]
    parts = [{*figure.figure.removeprefix(TYPES).split("+")} for figure in figures]
    groups = {code: {code} for code in codes}
    for own in parts:
        joined = own.union(*(groups.get(code, ()) for code in own))
        groups |= dict.fromkeys(joined, joined)
    for group in dict.fromkeys(map(frozenset, groups.values())):
        told = [figure for figure, own in zip(figures, parts, strict=True) if own <= group]
        if any(figure.value for figure in told):
            first, *others = (entry.label for code, entry in codes.items() if code in group)
            row = [md.escape(danish.join_words([first, *map(md.lower, others)]))]
            for year in page.years:
                both = [figure for figure in told if figure.year == year]
                count = danish.format_number(sum(figure.value or 0 for figure in both))
                row.append(md.name_value(count, *both) if both else md.DASH)
            rows.append(row)
    caption = "Ansættelser gennem jobcentret efter form"
    return md.Table("former", caption, f"Form|{_head_years(page)}", rows)


def _chart_forms(page: Page) -> Chart | None:
    told = ([*filter(None, page.both(f.figure))] for f in page.tell(_list_types(page, SCALED)))
    forms = sorted(told, key=lambda own: -max(figure.value or 0 for figure in own))
    forms = [own for own in forms if any(figure.value for figure in own)]
    if not forms:
        return None
    changes = {o[0].label: (o[0].value or 0) - (o[1].value or 0) for o in forms if len(o) > 1}
    rise, fall = (end(changes, key=changes.__getitem__, default="") for end in (max, min))
    most = _find_commonest(page)
    headline = f"{most.label} er den hyppigste form" if most else "Der er ansat i flere former"
    if changes and changes[rise] > 0 > changes[fall]:
        headline = f"Flere i {rise.lower()}, færre i {fall.lower()}"
    colours, groups = dict(zip(page.years, (BLUE, GREY), strict=False)), []
    for own in forms:
        bars = [(f.value or 0.0, f"{md.format_figure(f)} ({f.year})", colours[f.year]) for f in own]
        groups.append((own[0].label, bars))
    caption = "Ansættelser gennem jobcentret efter form, omregnet til tolv måneder"
    return chart_bars("former", headline, caption, groups, [f for own in forms for f in own])


def _make_channels(page: Page) -> md.Table:
    rows = [
        (md.escape(entry.label), page.both(f"jobs.channel.{code}"))
        for code, entry in page.codes("channels").items()
        if entry.extra["channel_group"] != "jobcentre"
    ]
    caption = "Ansættelser uden om jobcentret efter vejen til jobbet"
    return md.make_numbers("kanaler", caption, f"Vej til jobbet|{_head_years(page)}", rows)


def _chart_jobs_over_time(page: Page) -> Chart | None:
    goal = page.find("goals.jobs_in_strategy")
    series = page.tell(sorted(name for name in page.figures if name.startswith(SERIES)))
    if not series or goal is None or goal.value is None:
        return None
    days = [date.fromisoformat(f"{f.figure.removeprefix(SERIES)}-01") for f in series]
    counts, aim = [int(figure.value or 0) for figure in series], int(goal.value)
    both = zip(days, counts, strict=True)
    reached = next((danish.format_month(day) for day, count in both if count >= aim), None)
    headline = f"Strategiens mål {f'blev nået i {reached}' if reached else 'er endnu ikke nået'}"
    span = f"{danish.shorten_month(days[0])}–{danish.shorten_month(days[-1])}"
    caption = f"Ansættelser siden strategiens start, {span}; en ansættelse tæller én gang"
    parts = [f"{counts[n]} i {danish.format_month(days[n])}" for n in (0, -1)] + [f"målet er {aim}"]
    draw = partial(draw_months, days, counts, [aim] * len(days), f"Mål: {aim} (stiplet)")
    return Chart("jobtid", headline, caption, parts, 2.8, draw, [*series, goal])


def _make_status_jobs(page: Page) -> md.Table:
    labels = {"jobs.jobcentre": "Gennem jobcentret"}
    for figure in page.tell(_list_types(page)):
        before = page.find(f"last_year.{figure.figure}")
        if figure.value or (before and before.value):
            labels[figure.figure] = f"– heraf {md.escape(figure.label.lower())}"
    labels |= {"jobs.other": "Ad andre veje", "jobs.total": "I alt"}
    rows = [(label, [page.find(n), page.find(f"last_year.{n}")]) for n, label in labels.items()]
    day = danish.format_day(page.year.period_end)
    caption = f"Ansættelser til og med {day}, og i de samme måneder året før"
    return md.make_numbers("ansaettelser", caption, "Ansættelser|I år>|Året før>", rows)


def _tell_status(page: Page) -> str:
    total, part = page.figure("jobs.total").value or 0, page.find("goals.jobs_per_year.to_date")
    whole, state = page.find("goals.jobs_per_year"), "bagud"
    if part and whole and total >= (part.value or 0):
        state = "nået" if total >= (whole.value or 0) else "på vej"
    return page.fill(
        "Der har været {jobs.total|ansættelse/ansættelser} i år.",
        "Målet er {goals.jobs_per_year} om året, {goals.jobs_per_year.to_date|rundt} indtil nu: "
        f"**{state}**.",
        "I de samme måneder året før var der {last_year.jobs.total}.",
        "Siden strategiens start er det {jobs.cumulative}; målet for hele perioden er "
        "{goals.jobs_in_strategy}.",
    )


# Enterprises and grants


def _read_active(page: Page, *, volunteers: bool | None = None) -> pd.DataFrame:
    """Return what is active at the period's end by name, æ, ø and å last, in any locale."""
    register = page.proof.tables["enterprises"]
    is_active = valid_at(register["active_from"], register["active_to"], page.year.period_end)
    if volunteers is not None:
        is_active &= is_true(register["enterprise_type"] == "frivilligt") == volunteers
    active, danish = register[is_active], str.maketrans("æøå", "{|}")
    order = active["name"].map(lambda name: str(name).casefold().translate(danish))
    return active.iloc[order.argsort(kind="stable")]


def _make_enterprises(page: Page) -> md.Table:
    codes, rows = page.codes("enterprise_types"), []
    first, last = page.year.period_start, page.year.period_end
    for row in _read_active(page).itertuples(index=False):
        day, group, registered = row.registered_on, row.target_group, ""
        if isinstance(day, date) and day == day and day <= last:
            registered = str(day.year) if day >= first else "tidligere"
        name = f"[{md.escape(row.name)}](#{row.enterprise_id})"
        kind = md.escape(codes[str(row.enterprise_type)].label)
        rows.append([name, kind, registered, md.escape(group) if isinstance(group, str) else ""])
    header = "Navn|Slags|Registreret|Målgruppe"
    return md.Table("virksomheder", "Virksomheder og initiativer", header, rows)


def _tell_profiles(page: Page, *, volunteers: bool = False) -> str:
    profiles, told = list[str](), page.own_words.list_named()
    facts = [fact for key, fact in page.facts.items() if (*key.split(": "),) not in told]
    for row in _read_active(page, volunteers=volunteers).itertuples(index=False):
        own = replace(page, partner=str(row.enterprise_id))
        name = f"virksomheder/{own.partner}"
        places = own.fill("{agreements.P.places}< og {agreements.P.extra_places!} ekstra>")
        granted = own.fill(f"{{grants.recipient.P}}{danish.HARD_SPACE}kr.")
        details = [("Pladser i aftalen om forløb", places), ("Bevilget i perioden", granted)]
        for fact in (each for each in facts if each.owner == own.partner):
            unit, value = fact.unit.casefold(), show_fact(page, fact)
            is_said = unit in md.PLAIN_UNITS or unit in fact.fact.casefold()  # as no unit is
            after = "" if is_said else f" {md.escape(fact.unit)}"
            after += f" ({show_stated(fact.as_of)})" if fact.as_of else ""
            details.append((md.escape(fact.fact), value and f"{value}{after}"))
        texts = [render_part(page, name, "Om")]
        for head, year in (("I år", page.year.year), ("Næste år", page.year.year + 1)):
            text = render_part(page, name, head)
            texts.append(md.lead_in(f"Fokus i {year}:", text) if text else "")
        details = details if any(texts) or len(details) > 2 else []  # figures are no portrait
        said = set(NAMED.findall(" ".join(texts)))
        # A colon within a label becomes a comma: the one before the text is the only one.
        items = [
            f"- {COLON.sub(',', label)}: {text}"
            for label, text in details
            if text and not (said & {*NAMED.findall(text)})
        ]
        facts_list = f"::: {{.facts}}\n{chr(10).join(items)}\n:::" if items else ""
        blocks = [f"### {md.escape(row.name)} {{#{own.partner}}}", texts[0], facts_list, *texts[1:]]
        profiles.append("\n\n".join(filter(None, blocks)))
    names = "frivillige steder" if volunteers else "virksomheder og initiativer"
    shown, is_more = "\n\n".join(profiles), any("\n\n" in profile for profile in profiles)
    return md.fold(f"Mød årets {names}", shown) if is_more else shown  # bare headings are left out


def _make_recipients(page: Page) -> md.Table:
    totals = list[tuple[str, Figure]]()
    for name in page.proof.names:
        if total := page.find(f"grants.recipient.{name}"):
            totals.append((md.escape(page.name(name)), total))
    totals.sort(key=lambda total: (-(total[1].value or 0), total[0]))
    whole, rows = page.find("grants.total"), []
    for label, figure in [*totals, ("I alt", whole)] if totals and whole else ():
        count = page.find(figure.figure.replace("grants.total", "grants") + ".count")
        amount = "ikke oplyst" if figure.value is None else md.show_value(figure)
        rows.append([label, amount, md.show_value(count)])
    note = page.fill("Bevillinger uden oplyst beløb: {grants.without_amount}.")
    return md.Table("midler", "Bevilget efter modtager", "Modtager|Kr.>|Bevillinger>", rows, note)


COUNTRY = "facts.registrerede-socialoekonomiske-virksomheder."
SENTENCES: Sentences = {
    "conclusions": _tell_conclusions,
    "key_figures": _tell_key_figures,
    "agreements": (
        "Den {opgjort} var der {agreements.held|aftale/aftaler} om forløb<; {agreements.new!} af "
        "dem er kommet til i rapportens periode>.",
    ),
    "jobs_message": _tell_jobs_message,
    "jobs": _tell_jobs,
    "forms": (
        "Af ansættelserne gennem jobcentret er {jobs.share.fleksjob|talt} fleksjob<; sidst var det "
        "{jobs.share.fleksjob@!}>.",
        "Job med løntilskud er {jobs.share.loentilskud|talt}"
        "<; sidst var det {jobs.share.loentilskud@!}>.",
    ),
    "lasting": (
        "## Varer jobbene?\n\nAf de job, der begyndte for mindst seks måneder siden, varede "
        "{jobs.lasting.6_months|talt} så længe<; for tolv måneder er det "
        "{jobs.lasting.12_months|talt}>.",
    ),
    "status": _tell_status,
    "register": (
        "Ved periodens slutning talte "
        "{enterprises.total|virksomhed og initiativ/virksomheder og initiativer} med i målet.",
        "I alt er {enterprises.registered|virksomhed/virksomheder} registreret<, "
        "{enterprises.type.socialoekonomisk!} er socialøkonomiske uden at være registreret><, og "
        "{enterprises.type.initiativ!} driver et socialøkonomisk initiativ>.",
        "Der er også {enterprises.volunteer|frivilligt sted/frivillige steder!}"
        "< ({enterprises.volunteer_new!} af dem nye)>.",
    ),
    "registered": (
        "Af de registrerede kom {enterprises.registered_in_period} til i perioden; "
        "{enterprises.registered_earlier} var registreret i forvejen.",
        f"I hele landet er {{{COUNTRY}registreret-i-danmark}} virksomheder registreret, og omkring "
        f"{{{COUNTRY}nye-registreringer-om-aaret-i-danmark-ca}} kommer til om året.",
    ),
    "profiles": _tell_profiles,
    "volunteers": partial(_tell_profiles, volunteers=True),
    "meetings": (
        "I perioden blev der afholdt {network.held|netværksmøde/netværksmøder}"
        "<; {network.cancelled!} blev aflyst>.",
    ),
}
TABLES = {
    "goals": _make_goals,
    "rates": _make_rates,
    "partners": _make_partners,
    "forms": _make_forms,
    "channels": _make_channels,
    "status_jobs": _make_status_jobs,
    "enterprises": _make_enterprises,
    "recipients": _make_recipients,
}
CHARTS = {"forms": _chart_forms, "jobs_over_time": _chart_jobs_over_time}
