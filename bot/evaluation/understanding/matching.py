"""The findings read in a message beside those that a reader labelled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.evaluation.counts import Counts
from bot.evaluation.understanding.labelled import Label, Labelled
from bot.knowledge import Knowledge
from bot.nlu.reading import Mention, Reading

MISSED, INVENTED = "missed", "invented"
_BACKGROUND = ("event", "medicine", "condition", "person")


@dataclass(frozen=True)
class Match:
    """A label and the mentions that say the same: the finding or a kind of it, with its status, in the same person."""

    label: Label
    mentions: tuple[Mention, ...]

    @property
    def findings(self) -> frozenset[str]:
        """The findings of the mentions."""
        return frozenset(each.finding for each in self.mentions)


@dataclass(frozen=True)
class Matched:
    """A message, read, beside its labels. `invented` are mentions that no label has, each finding once for each status
    and person; `ignored` those that count neither way; `confused` pairs a label with the status that was read.
    `background` are the findings read that are no complaints: events, medicines, conditions."""

    message: Labelled
    reading: Reading
    matches: tuple[Match, ...]
    missed: tuple[Label, ...]
    invented: tuple[Mention, ...]
    ignored: tuple[Mention, ...]
    confused: tuple[tuple[Label, Mention], ...]
    background: frozenset[str] = frozenset()

    @property
    def counts(self) -> Counts:
        """Findings with status and person."""
        return Counts(len(self.matches), len(self.invented), len(self.missed))


def match(message: Labelled, reading: Reading, knowledge: Knowledge) -> Matched:
    """Holds what was read against the labels.

    A mention narrower than a label matches it. One that is broader than a label of the same status and person counts
    neither way, nor does one that is the same as an optional label, a kind of it, or what it is a kind of.
    """
    matches, missed = [], []
    for label in message.required:
        same = [each for each in reading.mentions if _same(each, label) and _is(each, label, knowledge)]
        if same:
            matches.append(Match(label, tuple(same)))
        else:
            missed.append(label)
    matching = {id(each) for one in matches for each in one.mentions}
    ignored: list[Mention] = []
    invented: list[Mention] = []
    for mention in reading.mentions:
        if id(mention) in matching:
            continue
        wider = any(_same(mention, label) and _is_wider(mention, label, knowledge) for label in message.required)
        (ignored if wider or _near(mention, message.optional, knowledge) else invented).append(mention)
    invented = list({(each.finding, each.status, each.experiencer): each for each in invented}.values())
    return Matched(
        message,
        reading,
        tuple(matches),
        tuple(missed),
        tuple(invented),
        tuple(ignored),
        _confused(missed, invented, knowledge),
        frozenset(each.finding for each in reading.mentions if knowledge.findings[each.finding].kind in _BACKGROUND),
    )


def _confused(
    missed: Iterable[Label], invented: Iterable[Mention], knowledge: Knowledge
) -> tuple[tuple[Label, Mention], ...]:
    left, pairs = list(invented), []
    for label in missed:
        for mention in left:
            if mention.experiencer == label.experiencer and _is(mention, label, knowledge):
                pairs.append((label, mention))
                left.remove(mention)
                break
    return tuple(pairs)


def _same(mention: Mention, label: Label) -> bool:
    return mention.status == label.status and mention.experiencer == label.experiencer


def _is(mention: Mention, label: Label, knowledge: Knowledge) -> bool:
    return mention.finding == label.id or label.id in knowledge.broader(mention.finding)


def _is_wider(mention: Mention, label: Label, knowledge: Knowledge) -> bool:
    return mention.finding in knowledge.broader(label.id)


def _near(mention: Mention, optional: Iterable[Label], knowledge: Knowledge) -> bool:
    return any(_is(mention, label, knowledge) or _is_wider(mention, label, knowledge) for label in optional)
