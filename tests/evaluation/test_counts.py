"""Counts of what was found, invented and missed, and figures made of them."""

from __future__ import annotations

import pytest

from bot.evaluation.counts import Counts, f_interval, total
from bot.evaluation.figure import Card, Figure, Part, figures_of
from bot.records.proportion import Proportion


def test_f_is_the_harmonic_mean() -> None:
    counts = Counts(hits=3, false=1, missed=2)
    precision, recall = counts.precision.share, counts.recall.share
    assert precision == 0.75 and recall == 0.6
    assert counts.f == pytest.approx(2 * precision * recall / (precision + recall))
    assert Counts().f is None
    assert total([counts, Counts(1, 1, 1)]) == counts + Counts(1, 1, 1) == Counts(4, 2, 3)


def test_the_interval_of_f_holds_it_and_is_the_same_every_time() -> None:
    parts = [Counts(2, 0, 0), Counts(1, 1, 0), Counts(0, 0, 1), Counts(3, 0, 1)] * 10
    low, high = f_interval(parts) or (0, 0)
    assert low < (total(parts).f or 0) < high
    assert f_interval(parts) == (low, high)
    assert f_interval([Counts(1, 0, 0)] * 5) == (1.0, 1.0)
    assert f_interval([]) is f_interval([Counts()]) is None


def test_the_json_is_flat_with_one_figure_a_key() -> None:
    figures = (*figures_of("a.b", "It", [Counts(1, 1, 0)], "Counted."), Figure.of("a.c", "That", Proportion(0, 0), "."))
    card = Card("v", "f", (Part("a", "A", "", figures), Part("z", "Z", "", skipped="not there")))
    written = card.to_json()
    assert written["a.b.f"] == 0.6667 and written["a.b.precision"] == 0.5 and written["a.b.recall"] == 1
    assert written["a.c"] is None and written["a.c.n"] == 0 and written["z.skipped"] == "not there"
    assert not [value for value in written.values() if isinstance(value, (dict, list))]
    assert str(card.figure("a.c")) == "none to measure" and card.figure("a.d") is None
