"""Intervals and tests of differences between rates, against an independent computation."""

import pytest

from socok_analysis.figures.counting import difference, share

# Made with statsmodels 0.15: confint_proportions_2indep(..., method="newcomb", compare="diff").
NEWCOMBE = [
    ((1, 15), (10, 25), -0.5335828407069143, -0.0484883687521550),
    ((15, 34), (22, 34), -0.4114768213931505, 0.0290352160085013),
    ((22, 68), (11, 40), -0.1340835064560686, 0.2125653021771745),
    ((9, 34), (1, 34), 0.0666913959475337, 0.4035096174844833),
]


@pytest.mark.parametrize(("first", "second", "low", "high"), NEWCOMBE)
def test_the_interval_of_a_difference_is_newcombes(first, second, low, high):
    figure, _ = difference("d", share("r", *first), share("r", *second))
    assert figure.value == pytest.approx(first[0] / first[1] - second[0] / second[1], abs=1e-12)
    assert (figure.low, figure.high) == pytest.approx((low, high), abs=1e-9)


def test_nothing_against_something_has_no_difference():
    figures = difference("d", share("r", 0, 0), share("r", 1, 2))
    assert [(f.figure, f.value, f.low) for f in figures] == [("d", None, None), ("d.p", None, None)]
