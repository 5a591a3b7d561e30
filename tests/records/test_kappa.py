"""Cohen's kappa against examples worked out by hand, and where it is not defined."""

from __future__ import annotations

from itertools import chain, repeat

import pytest

from bot.records.kappa import cohens_kappa


def pairs(table: dict[tuple[str, str], int]) -> list[tuple[str, str]]:
    return list(chain.from_iterable(repeat(pair, count) for pair, count in table.items()))


@pytest.mark.parametrize(
    ("table", "kappa", "low", "high"),
    [
        # Agreed 35 of 50 = .7; by chance .5 * .6 + .5 * .4 = .5; kappa .2 / .5.
        # Variance (.10972 + .10188 - .01) / 12.5.
        ({("y", "y"): 20, ("y", "n"): 5, ("n", "y"): 10, ("n", "n"): 15}, 0.4, 0.1511, 0.6489),
        # No better than chance: .5 agreed, .5 by chance. Variance (.25 * 0 + .5 * 1 - .25) / (100 * .25).
        ({("y", "y"): 25, ("y", "n"): 25, ("n", "y"): 25, ("n", "n"): 25}, 0.0, -0.196, 0.196),
        # Three categories, each chosen by each in the half, the fourth, the fourth: chance .25 + .0625 + .0625 = .375,
        # agreed .75, kappa .375 / .625 = .6. Variance (.368 + .16 * .125 - .45 ** 2) / (40 * .625 ** 2) = .011872.
        ({("a", "a"): 16, ("b", "b"): 7, ("c", "c"): 7, ("a", "b"): 2, ("a", "c"): 2, ("b", "a"): 2, ("c", "a"): 2,
          ("b", "c"): 1, ("c", "b"): 1}, 0.6, 0.3864, 0.8136),
        # Always the other one: chance 40 / 81, kappa -40 / 41, and the interval is cut off at -1.
        # Variance ((81 / 41) ** 2 * .98765 - (80 / 41) ** 2) / (9 * (41 / 81) ** 2) = .020632.
        ({("y", "n"): 5, ("n", "y"): 4}, -0.9756, -1.0, -0.6941),
    ],
)  # fmt: skip
def test_kappa_is_what_the_hand_says(table: dict[tuple[str, str], int], kappa: float, low: float, high: float) -> None:
    found = cohens_kappa(pairs(table))
    assert found.kappa == pytest.approx(kappa, abs=5e-5) and found.because is None
    assert found.interval == pytest.approx((low, high), abs=5e-4)
    turned = cohens_kappa([(other, one) for one, other in pairs(table)])
    assert turned.kappa == pytest.approx(found.kappa) and turned.pairs == found.pairs == sum(table.values())


def test_it_says_where_it_is_not_defined() -> None:
    nothing = cohens_kappa([])
    assert (nothing.kappa, nothing.interval, nothing.because) == (None, None, "no_pairs")
    one = cohens_kappa([("right", "right")] * 7)
    assert (one.kappa, one.interval, one.because, one.agreed) == (None, None, "one_category", 7)
    all_agree = cohens_kappa([("a", "a"), ("b", "b")] * 3)
    assert (all_agree.kappa, all_agree.interval, all_agree.because) == (1.0, None, "no_width")
    # One reader never changes, the other does: chance explains all agreement, and kappa is nought, not undefined.
    stubborn = cohens_kappa([("a", "a"), ("a", "b")])
    assert stubborn.kappa == 0.0
    assert all_agree.to_json()["table"] == [
        {"first": "a", "second": "a", "count": 3},
        {"first": "b", "second": "b", "count": 3},
    ]
