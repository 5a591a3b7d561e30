"""Our own labelled messages, read by others too: what is denied, and which times are said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.evaluation.counts import Counts
from bot.evaluation.figure import Comparison, Figure
from bot.evaluation.understanding.durations import Span
from bot.evaluation.understanding.labelled import AS_OF, Label
from bot.evaluation.understanding.matching import Matched
from bot.evaluation.understanding.negation import Denies
from bot.evaluation.understanding.peers import Peers
from bot.evaluation.understanding.times import KINDS
from bot.nlu.reading import ABSENT, PRESENT, Mention

OURS = "Signpost"
_DENIED = (
    "Findings that ours found and that are labelled present or absent, judged by each at those words: denied or not."
)
_TIMES = (
    "Every time that a label of the message has (since, until, bout, how often), found anywhere in the message within "
    "10 %, whatever it belongs to; what agrees with no label counts as false."
)


def compare(key: str, matched: Sequence[Matched], peers: Peers) -> tuple[Comparison, ...]:
    """The comparisons with the peers there are; none without peers."""
    found = []
    if peers.denies:
        told = {OURS: [_counts(each, [one.status == ABSENT for _, one in _targets(each)]) for each in matched]}
        for name, denies in peers.denies.items():
            told[name] = [_counts(each, _judged(each, denies)) for each in matched]
        found.append(_comparison(f"{key}.compared.absent", "F of absent, at the same words", told, _DENIED))
    if peers.times:
        times = {OURS: [_agreement(each, _ours(each)) for each in matched]}
        for name, finds in peers.times.items():
            times[name] = [_agreement(each, finds(each.message.text, AS_OF)) for each in matched]
        found.append(_comparison(f"{key}.compared.times", "F of times said", times, _TIMES))
    return tuple(found)


def _comparison(key: str, title: str, counts: Mapping[str, list[Counts]], method: str) -> Comparison:
    figures = {name: Figure.f(f"{key}.{name.lower()}.f", title, parts, method) for name, parts in counts.items()}
    return Comparison(title, figures)


def _targets(matched: Matched) -> list[tuple[Label, Mention]]:
    """Labels of present and absent findings, with where ours found them, right or wrong."""
    pairs = [(one.label, one.mentions[0]) for one in matched.matches] + list(matched.confused)
    return [(label, mention) for label, mention in pairs if label.status in (PRESENT, ABSENT)]


def _judged(matched: Matched, peer: Denies) -> list[bool]:
    spans = [(mention.start, mention.end) for _, mention in _targets(matched)]
    return peer(matched.message.text, spans) if spans else []


def _counts(matched: Matched, judged: Sequence[bool]) -> Counts:
    denied = [label.status == ABSENT for label, _ in _targets(matched)]
    return Counts(
        sum(one and other for one, other in zip(denied, judged)),
        sum(other and not one for one, other in zip(denied, judged)),
        sum(one and not other for one, other in zip(denied, judged)),
    )


def _ours(matched: Matched) -> list[Span]:
    return [Span(each.start, each.end, each.seconds) for each in matched.reading.durations]


def _agreement(matched: Matched, found: Sequence[Span]) -> Counts:
    wanted = {
        label.numbers[kind.label] * kind.unit
        for label in matched.message.labels
        for kind in KINDS
        if kind.label in label.numbers
    }
    hits = sum(any(_near(each.seconds, seconds) for each in found) for seconds in wanted)
    places = {(each.start, each.end): each for each in found}.values()
    false = sum(not any(_near(each.seconds, seconds) for seconds in wanted) for each in places)
    return Counts(hits, false, len(wanted) - hits)


def _near(read: float, seconds: float) -> bool:
    return abs(read - seconds) <= 0.1 * seconds
