"""Agreement of two readers beyond what chance would give: Cohen's kappa, with its interval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, Optional

_Z = 1.959964
"""Standard normal quantile for a two-sided interval of 95 %."""

NO_PAIRS, ONE_CATEGORY, NO_WIDTH = "no_pairs", "one_category", "no_width"


@dataclass(frozen=True)
class Agreement:
    """How far two readers agree. `table` counts each pair of categories, the first reader's first.

    `kappa` is None where it is not defined, and `because` says why: "no_pairs", or "one_category" where both readers
    only ever gave one and the same, so that chance alone explains all of it. `interval` is None where there is no
    kappa; and, with "no_width", where the formula gives a width of nothing, as for a few pairs that all agree: the
    kappa stands then, and nothing can be said of how sure it is.
    """

    pairs: int
    agreed: int
    table: Counter[tuple[str, str]]
    kappa: Optional[float] = None
    interval: Optional[tuple[float, float]] = None
    because: Optional[str] = None

    def to_json(self) -> dict[str, Any]:
        """The numbers, rounded to 4 places."""
        interval = [round(end, 4) for end in self.interval] if self.interval else None
        kappa = None if self.kappa is None else round(self.kappa, 4)
        counts = [{"first": one, "second": other, "count": count} for (one, other), count in sorted(self.table.items())]
        whole = {"pairs": self.pairs, "agreed": self.agreed, "kappa": kappa, "interval": interval}
        return {**whole, "because": self.because, "table": counts}


def cohens_kappa(pairs: Sequence[tuple[str, str]]) -> Agreement:
    """Cohen's kappa of pairs of categories, each the first reader's and the second's, with an interval of 95 %.

    J. Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological Measurement 20 (1960),
    37-46: the share that agrees, less the share that would by chance, over one less that share. The interval takes the
    large-sample variance of J. L. Fleiss, J. Cohen and B. S. Everitt, "Large sample standard errors of kappa and
    weighted kappa", Psychological Bulletin 72 (1969), 323-327, cut off at -1 and 1; it is rough for few pairs.

    >>> pairs = [("a", "a")] * 20 + [("a", "b")] * 5 + [("b", "a")] * 10 + [("b", "b")] * 15
    >>> found = cohens_kappa(pairs)
    >>> round(found.kappa, 4), [round(end, 4) for end in found.interval]
    (0.4, [0.1511, 0.6489])
    """
    table = Counter(pairs)
    count = len(pairs)
    agreed = sum(number for (one, other), number in table.items() if one == other)
    if not count:
        return Agreement(0, 0, table, because=NO_PAIRS)
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    # In whole numbers: whether chance explains everything must not hang on a rounding.
    by_chance = sum(first[each] * second[each] for each in first)
    if by_chance == count * count:
        return Agreement(count, agreed, table, because=ONE_CATEGORY)
    chance = by_chance / count**2
    kappa = (agreed / count - chance) / (1 - chance)
    rest = 1 - kappa
    same = other = 0.0
    for (one, two), number in table.items():
        if one == two:
            same += number / count * (1 - (first[one] + second[one]) / count * rest) ** 2
        else:
            other += number / count * ((second[one] + first[two]) / count) ** 2
    variance = (same + rest**2 * other - (kappa - chance * rest) ** 2) / (count * (1 - chance) ** 2)
    if variance < 1e-12:
        return Agreement(count, agreed, table, kappa, because=NO_WIDTH)
    half = _Z * sqrt(variance)
    return Agreement(count, agreed, table, kappa, (max(-1.0, kappa - half), min(1.0, kappa + half)))
