"""Reads a message: what it says, since when, of whom. Knows no Rasa, no conversation and no rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.knowledge import Knowledge
from bot.nlu.answers import read_answer
from bot.nlu.compose import Found, compose
from bot.nlu.context import Context, Sense
from bot.nlu.durations import DurationReader
from bot.nlu.experiencers import ANIMAL
from bot.nlu.leftovers import leftovers
from bot.nlu.lexicon import Lexicon
from bot.nlu.person import PersonReader
from bot.nlu.reading import OTHER, PAST, PATIENT, PRESENT, Mention, Reading, Stretch
from bot.nlu.times import attach
from bot.nlu.words import Word


class Reader:
    """Reads messages with the words of one knowledge version. Safe to share between threads."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.lexicon = Lexicon(knowledge)
        self._knowledge = knowledge
        self._person = PersonReader(knowledge)
        self._durations = DurationReader(knowledge.language["time"], correct=self.lexicon.lexer.speller.correct)

    def read(self, text: str, as_of: date) -> Reading:
        """What `text` says. Relative dates in it ("last Tuesday") refer to `as_of`. Never raises on any text."""
        words = self.lexicon.lexer.words(text)
        terms = self.lexicon.terms.find(words)
        found = compose(words, self.lexicon, terms)
        context = Context(words, self.lexicon, found, terms)
        mentions = [_mention(text, words, each, context.sense(each)) for each in found]
        mentions = _distinct([each for each in mentions if each.experiencer != ANIMAL])
        about_other = _is_about_other(mentions)
        if about_other:
            mentions = [replace(each, experiencer=PATIENT) for each in mentions]
        stretches = attach(text, self._durations.read(text, as_of), mentions)
        stretches = tuple(self._over(each, mentions) for each in stretches)
        mentions = [_ended(each, stretches) for each in mentions]
        answer, ordinals = read_answer(words, self.lexicon)
        covered = {place for each in found for place in range(each.first, each.after)}
        for match in terms:
            covered.update(range(match.first, match.after))
        for cue in self.lexicon.cues.find(words):
            covered.update(range(cue.first, cue.after))
        loose = {} if mentions else context.loose()
        return Reading(
            text=text,
            mentions=tuple(mentions),
            durations=stretches,
            person=self._person.read(text, mentions),
            not_understood=leftovers(
                text, words, self.lexicon, covered, [(each.start, each.end) for each in stretches]
            ),
            answer=answer,
            # "2 weeks", "the 2nd of May": a number in a time picks no choice.
            ordinals=() if stretches else ordinals,
            only=context.says_only(),
            about_other=about_other,
            **loose,
        )

    def _over(self, stretch: Stretch, mentions: Sequence[Mention]) -> Stretch:
        """Of a named condition that is over, "a month ago, all gone since": the day it came is the day it went."""
        if stretch.kind != "onset" or not stretch.text.lower().endswith("ago") or stretch.finding is None:
            return stretch
        named = self._knowledge.findings[stretch.finding].kind == "condition"
        over = named and all(each.status == PAST for each in mentions if each.finding == stretch.finding)
        return replace(stretch, kind="until") if over else stretch


def _mention(text: str, words: Sequence[Word], found: Found, sense: Sense) -> Mention:
    start, end = words[found.first].start, words[found.after - 1].end
    return Mention(
        finding=found.finding,
        status=sense.status,
        experiencer=sense.experiencer,
        start=start,
        end=end,
        text=text[start:end],
        site=found.site,
        side=sense.side,
        severity=sense.severity,
        trend=sense.trend,
        onset=sense.onset,
        recency=sense.recency,
    )


def _ended(mention: Mention, stretches: Sequence[Stretch]) -> Mention:
    """A finding with a time when it ended is past, however it was put."""
    until = any(each.kind == "until" and each.finding == mention.finding for each in stretches)
    if until and mention.status == PRESENT:
        return replace(mention, status=PAST, recency="recent")
    return mention


def _distinct(mentions: Sequence[Mention]) -> list[Mention]:
    """Each finding once for each stretch of words."""
    return list({(each.finding, each.start, each.end): each for each in mentions}.values())


def _is_about_other(mentions: Sequence[Mention]) -> bool:
    """Whether all that is present is somebody else's: that person is then the one to be helped, the patient."""
    own = any(each.experiencer == PATIENT for each in mentions)
    return not own and any(each.experiencer == OTHER and each.status == PRESENT for each in mentions)
