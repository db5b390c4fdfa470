"""Worked out once a value, not once a row: the same answers as the plain way."""

from __future__ import annotations

import hmac
import pickle
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from socok_analysis.intake.distinct import (
    change,
    combine,
    extend,
    join_codes,
    number,
    repeat,
    to_arrow,
    unify,
)
from socok_analysis.intake.enterprises import list_repeated
from socok_analysis.intake.parse import parse_cpr, parse_text, read_plain_cpr, read_plain_id
from socok_analysis.intake.parsed import find_repeated
from socok_analysis.intake.people import Guard, make_guard, make_hash
from socok_analysis.workbook.cells import Percent
from socok_analysis.workbook.sheet import BLANK, SEPARATOR, CellColumn

QUICK = settings(max_examples=60, deadline=None, derandomize=True, database=None)
VALUES = st.lists(st.one_of(st.none(), st.sampled_from("abc")), max_size=8)
PAIRS = st.lists(st.tuples(st.sampled_from([None, "a", "b"]), st.sampled_from([None, 1, 2])))
NAMES = st.frozensets(st.text("ab æ", min_size=1, max_size=5), max_size=6)


@QUICK
@given(VALUES)
def test_a_column_holds_each_value_once_and_gives_the_rows_back(values):
    column = number(values)
    assert column.expand() == values
    assert sorted(column.values) == sorted({*values} - {None})


@QUICK
@given(VALUES, VALUES)
def test_a_column_goes_on_with_further_rows(first, more):
    assert extend(number(first), more).expand() == first + more


@QUICK
@given(VALUES)
def test_a_change_is_made_of_every_row_and_of_blanks(values):
    changed = change(number(values), lambda value: "blank" if value is None else value * 2)
    assert changed.expand() == ["blank" if value is None else value * 2 for value in values]


@QUICK
@given(PAIRS)
def test_columns_are_combined_row_by_row(pairs):
    columns = [number([pair[place] for pair in pairs]) for place in (0, 1)]
    assert combine(lambda a, b: (a, b), *columns).expand() == pairs


@QUICK
@given(PAIRS)
def test_rows_are_told_to_be_repeated_as_when_each_is_looked_up(pairs):
    columns = [number([pair[place] for pair in pairs]) for place in (0, 1)]
    is_lacking = np.array([None in pair for pair in pairs], np.bool_)
    keys = np.where(is_lacking, BLANK, join_codes(columns))
    plain = [(place, None if None in pair else pair) for place, pair in enumerate(pairs)]
    assert np.flatnonzero(find_repeated(keys)).tolist() == list_repeated(plain)


def test_many_wide_columns_still_tell_rows_apart():
    wide = number(range(40_000))
    keys = join_codes([wide] * 5)
    assert len(np.unique(keys)) == 40_000


def test_spellings_of_one_value_are_one_value():
    assert unify(("a", "b", "a", None), np.array([0, 1, 2, BLANK], np.int32)).codes.tolist() == [
        0,
        1,
        0,
        BLANK,
    ]


@pytest.mark.parametrize("value", [None, "a", ()])
def test_one_value_stands_in_every_row(value):
    assert repeat(value, 3).expand() == [value] * 3


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["a", None, "æ"], pa.string()),
        ([1.5, None, 2.0], pa.float64()),
        ([], pa.string()),
        ([None, None], pa.int64()),
        ([True, None, False], pa.bool_()),
        ([date(2019, 4, 3), None], pa.date32()),
    ],
)
def test_a_column_is_stored_as_it_is(values, kind):
    stored = to_arrow(number(values), kind)
    assert stored.to_pylist() == values and stored.type == kind


# Values in which nothing is to clean

WRITTEN = st.one_of(
    st.text("A0 æ-_\xa0\u0430", max_size=12),
    st.from_regex(r"[0-9]{6}[- ]?[0-9]{4}"),
    st.none(),
    st.integers(),
    st.booleans(),
    st.floats(allow_nan=False),
)


@settings(QUICK, max_examples=300)
@given(WRITTEN)
def test_what_is_read_at_once_is_what_the_strict_parser_reads(value):
    for read, parse in ((read_plain_id, parse_text), (read_plain_cpr, parse_cpr)):
        found = read(value)
        assert found is None or found == parse(value)


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (read_plain_id, "00142"),
        (read_plain_cpr, "610180-0001"),
        (read_plain_cpr, "6101800001"),
    ],
)
def test_plain_values_are_read_at_once(read, value):
    assert read(value) == value.replace("-", "")


# Persons


@settings(QUICK, max_examples=300)
@given(NAMES, st.text("ab æA\xa0", max_size=12))
def test_a_name_is_found_in_a_text_as_when_each_name_is_looked_for(names, text):
    folded = " ".join(text.casefold().split())
    assert Guard(frozenset(), names).holds_name(text) == any(name in folded for name in names)


def test_a_name_is_found_amid_a_text_whatever_its_capitals():
    guard = make_guard([("Fiktiva Opdigtsen", True), ("Prøve Skrivelund", True)])
    assert guard.holds_name("Aftalt med PRØVE  Skrivelund i går")
    assert not guard.holds_name("Fiktiva og Opdigtsen") and not guard.holds_name("")


def test_the_key_of_a_person_is_a_keyed_hash_of_the_digits():
    key, digits = b"k" * 32, "6101800001"
    whole = hmac.digest(key, digits.encode(), "sha256").hex()
    make = make_hash(key)
    assert make(digits) == whole[:16] and make(digits) == whole[:16]
    assert make("0000000000") is None and make(None) is None


CELLS = st.one_of(
    st.text(),
    st.just(SEPARATOR),
    st.just(f"a{SEPARATOR}b"),
    st.integers(),
    st.booleans(),
    st.datetimes(),
    st.builds(Percent, st.integers()),
)


@QUICK
@given(st.lists(CELLS, max_size=6))
def test_a_column_handed_to_another_process_is_the_same_column(values):
    column = CellColumn(tuple(values), np.arange(-1, len(values), dtype=np.int32))
    handed = pickle.loads(pickle.dumps(column))
    assert [*map(repr, handed.values)] == [*map(repr, values)]
    assert handed.codes.tolist() == column.codes.tolist()
    assert handed.codes.dtype == np.int32
