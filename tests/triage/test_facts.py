"""Cases as authors write them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.knowledge import build
from bot.triage import Bounds, Fact
from bot.triage.case import ABSENT, PAST, PRESENT
from bot.triage.facts import case_of
from tests.triage.tiny import tiny

KNOWLEDGE = build(tiny())
DAY = 86400.0


def test_statuses_attributes_and_the_person() -> None:
    written = {"alpha": "absent", "beta.lasting": "3 days", "beta.onset": "sudden", "gamma.gone": "2 days"}
    case = case_of({**written, "person.age": 45, "person.sex": "female", "person.pregnant": False}, KNOWLEDGE)
    assert case.facts["alpha"] == Fact(ABSENT)
    assert case.facts["beta"] == Fact(PRESENT, onset="sudden", lasting=Bounds.exactly(3 * DAY))
    assert case.facts["gamma"] == Fact(PAST, gone=Bounds.exactly(2 * DAY))
    assert (case.age, case.sex, case.pregnant) == (Bounds.exactly(45), "female", False)


def test_the_order_in_which_they_are_written_does_not_matter() -> None:
    written = {"beta.lasting": "3 days", "beta": "uncertain"}
    assert case_of(written, KNOWLEDGE) == case_of(dict(reversed(written.items())), KNOWLEDGE)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"alfa": "present"}, 'unknown finding "alfa". Did you mean "alpha"?'),
        ({"alpha": "presnt"}, 'Did you mean "present"?'),
        ({"alpha": True}, 'alpha is "True"'),
        ({"alpha.lastin": "3 days"}, 'Did you mean "lasting"?'),
        ({"alpha.lasting": "3 dayz"}, 'such as "14 days"'),
        ({"alpha.onset": "suden"}, 'Did you mean "sudden"?'),
        ({"alpha.side": "one"}, "Valid here: both, left, right."),
        ({"person.age": "old"}, "Write years, such as 45."),
        ({"person.age": []}, "Write years, such as 45."),
        ({"person.sex": "femal"}, 'Did you mean "female"?'),
        ({"person.pregnant": "yes"}, "Write true or false."),
        ({"person.size": 3}, 'unknown attribute "person.size"'),
    ],
)
def test_what_cannot_be_read_says_what_is_valid(facts: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        case_of(facts, KNOWLEDGE)
