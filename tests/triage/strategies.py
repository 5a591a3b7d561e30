"""Cases, facts and red flags as hypothesis draws them, over the knowledge that the program comes with."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st

from bot.knowledge import load
from bot.knowledge.conditions import Condition, Has, leaves
from bot.triage import Bounds, Case, Fact
from bot.triage.case import ABSENT, PAST, PRESENT, UNCERTAIN
from bot.triage.facts import case_of

KNOWLEDGE = load()
DAY = 86400.0
COMPLAINTS = sorted({name for topic in KNOWLEDGE.topics.values() for name in topic.complaints})


def _eases_with_time(leaf: Condition) -> bool:
    """Whether a rule says that what is new is more urgent: a limit of time from above, or one that calms."""
    if not isinstance(leaf, Has):
        return False
    bounds = [each for each in (leaf.lasting, leaf.unless.lasting if leaf.unless else None, leaf.gone_for) if each]
    upper = leaf.lasting is not None and (leaf.lasting.at_most is not None or leaf.lasting.under is not None)
    return bool(bounds) and (upper or leaf.unless is not None or leaf.gone_for is not None)


LASTING_COMPLAINTS = [
    name
    for name in COMPLAINTS
    if not any(
        _eases_with_time(leaf)
        for rule in KNOWLEDGE.rules_of(name)
        if rule.level != "self_care"
        for leaf in leaves(rule.when)
        if isinstance(leaf, Has) and leaf.finding in (name, *KNOWLEDGE.broader(name))
    )
]
"""Complaints of which no rule says that they are more urgent while they are new."""
WEIGHED = sorted(name for name in KNOWLEDGE.findings if KNOWLEDGE.rules_of(name))
"""Findings that some rule looks at."""
_OFFERED = {name for question in KNOWLEDGE.questions if question.red_flag for name in question.findings}
RED_FLAGS = sorted(_OFFERED.union(*(KNOWLEDGE.narrower(name) for name in _OFFERED)))
"""What red-flag questions ask about, and the kinds of it."""

LAW = settings(derandomize=True, deadline=None, max_examples=150)

# The days on either side of each limit that a rule has, and some far off.
_DAYS = (0.05, 1, 3, 7, 8, 13, 14, 15, 21, 28, 29, 60, 90, 91, 200, 4000)
exact = st.sampled_from(_DAYS).map(lambda days: Bounds.exactly(days * DAY))
vague = st.tuples(st.sampled_from(_DAYS), st.sampled_from(_DAYS)).map(
    lambda ends: Bounds(sum(ends) / 2 * DAY, min(ends) * DAY, max(ends) * DAY)
)
amounts = st.one_of(exact, vague)
facts = st.builds(
    Fact,
    status=st.sampled_from([PRESENT, PRESENT, ABSENT, UNCERTAIN, PAST]),
    side=st.sampled_from([None, "left", "both"]),
    trend=st.sampled_from([None, "worse", "spreading", "unchanged", "better"]),
    onset=st.sampled_from([None, "sudden", "gradual"]),
    lasting=st.none() | amounts,
    gone=st.none() | amounts,
)
_keys = st.sampled_from([*RED_FLAGS, *(f"{name}.onset" for name in RED_FLAGS)])


WRITTEN = [
    case_of(written.facts, KNOWLEDGE).facts
    for rule in KNOWLEDGE.rules.values()
    for written in rule.cases
    if written.message is None
]
"""The facts of the cases that the rules bring, which lie on either side of every limit."""
_random = st.dictionaries(st.sampled_from(WEIGHED), facts, max_size=4)
_calm = st.builds(
    lambda name, lasting, denied: {**{each: Fact(ABSENT) for each in denied}, name: Fact(PRESENT, lasting=lasting)},
    st.sampled_from(COMPLAINTS),
    exact,
    st.lists(st.sampled_from(RED_FLAGS), max_size=3),
)


@st.composite
def cases(draw: st.DrawFn, asked: bool = True) -> Case:
    """A case: written with a rule, calm, or random; with up to two more facts, a person, and questions asked before."""
    said = dict(draw(st.one_of(st.sampled_from(WRITTEN), _calm, _random)))
    if draw(st.booleans()):
        said.update(draw(st.dictionaries(st.sampled_from(WEIGHED), facts, max_size=2)))
    return Case(
        facts=said,
        age=draw(st.sampled_from([None, None, None, Bounds.exactly(12), Bounds.exactly(16), Bounds(45, 40, 50)])),
        sex=draw(st.sampled_from([None, "female", "male"])),
        pregnant=draw(st.sampled_from([None, True, False])),
        asked=draw(st.dictionaries(_keys, st.integers(1, 2), max_size=6)) if asked else {},
        unexplained=draw(st.sampled_from([(), ("something else",)])),
    )
