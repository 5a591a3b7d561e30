"""Proportions and Wilson's interval."""

from __future__ import annotations

import pytest

from bot.records.proportion import Proportion


# Reference values: R. G. Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3.
@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_is_wilsons(hits: int, of: int, low: float, high: float) -> None:
    interval = Proportion(hits, of).interval()
    assert interval == pytest.approx((low, high), abs=5e-5)


def test_out_of_nothing_nothing_is_said() -> None:
    nothing = Proportion(0, 0)
    assert (nothing.share, nothing.interval(), str(nothing)) == (None, None, "none to measure")
    assert nothing.to_json() == {"hits": 0, "of": 0, "share": None, "interval": None}


def test_a_proportion_shows_its_count() -> None:
    assert str(Proportion(1, 4)) == "1/4 = 25.0% (4.6% to 69.9%)"
