"""Relations between figures: which are found, and whether they hold."""

from typing import get_args

import pytest
from socok_analysis.disclosure.relations import (
    Equation,
    Kind,
    Relation,
    Term,
    list_equations,
    measure_gap,
    read_relations,
)

from socok_analysis.figures.figure import Figure

SUM = Relation("alle", "a.{p}.all", ("a.{p}.one", "a.{p}.more.*"), "sum", "")


def make_figures(**values):
    return {n.replace("_", "."): Figure(n.replace("_", "."), v) for n, v in values.items()}


def test_previous_is_the_nearest_earlier_year_and_a_hole_the_same_part_of_the_name():
    by_year = {2019: make_figures(a_x_all=3, a_x_one=1, a_x_more_u=1, a_x_more_v=1, a_y_one=9)}
    (equation,) = list_equations(by_year, (SUM,))
    assert equation.total == Term(2019, "a.x.all")
    assert [term.figure for term in equation.parts] == ["a.x.one", "a.x.more.u", "a.x.more.v"]
    assert measure_gap(equation, by_year) == 0
    assert list_equations({2019: make_figures(a_x_all=3, a_x_one=1)}, (SUM,)) == [], "a part lacks"
    relation = Relation("tid", "n", ("n@previous", "new"), "sum", "")
    by_year = {2016: make_figures(n=1, new=1), 2019: make_figures(n=5, new=2)}
    (equation,) = list_equations(by_year, (relation,))
    assert equation.parts == (Term(2016, "n"), Term(2019, "new"))
    assert measure_gap(equation, by_year) == 2


GAPS = """
sum 5 2 2 1 | sum 5 3 3 -1 | covers 5 3 3 0 | covers 5 2 2 1 | at_most 8 9 0 0 | at_most 8 4 3 1
at_most 8 5 4 -1 | sum 5 None 5 None | within 9 3 9 0 | within 9 11 1 2 | sum 3 1 2/4 0
"""


@pytest.mark.parametrize("line", GAPS.replace("\n", "|").strip("|").split("|"))
def test_a_gap_is_what_breaks_the_relation_and_a_rate_stands_for_its_numerator(line):
    kind, total, first, second, gap = line.replace("2/4", "2").split()
    numbers = [None if text == "None" else int(text) for text in (total, first, second)]
    figures = make_figures(**dict(zip(("total", "a", "b"), numbers, strict=True)))
    if "2/4" in line:
        figures["b"] = Figure("b", 0.5, numerator=2, denominator=4)
    relation = Relation("r", "total", ("a", "b"), kind, "")
    equation = Equation(relation, Term(2019, "total"), (Term(2019, "a"), Term(2019, "b")))
    assert str(measure_gap(equation, {2019: figures})) == gap


def test_declared_relations_are_of_a_known_kind_and_say_what_they_mean():
    for relation in read_relations():
        assert relation.kind in get_args(Kind), relation.name
        assert relation.meaning.endswith("."), relation.name
