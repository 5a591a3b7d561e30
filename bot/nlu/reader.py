"""Reads a message: what it says, since when, of whom. Knows no Rasa, no conversation and no rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Optional

from bot.knowledge import Knowledge
from bot.nlu.answers import read_answer
from bot.nlu.compose import Found, compose
from bot.nlu.context import Context, Sense
from bot.nlu.durations import DurationReader
from bot.nlu.experiencers import ANIMAL, NOBODY
from bot.nlu.helped import seen_from, who_is_meant
from bot.nlu.leftovers import leftovers
from bot.nlu.lexicon import Lexicon
from bot.nlu.owners import with_circumstances
from bot.nlu.person import PersonReader
from bot.nlu.reading import PAST, PRESENT, Mention, Reading, Stretch
from bot.nlu.times import attach
from bot.nlu.words import Word

# Seconds; an illness that passes and came longer ago is over.
_LONG_AGO = 28 * 86_400


class Reader:
    """Reads messages with the words of one knowledge version. Safe to share between threads."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.lexicon = Lexicon(knowledge)
        findings = knowledge.findings.values()
        self._acute = frozenset(each.id for each in findings if each.acute)
        counted = [str(name) for name in knowledge.language["people"]["pregnancy"] if name in knowledge.findings]
        self._counted = frozenset(each for name in counted for each in (name, *knowledge.narrower(name)))
        no_owners = frozenset(map(str, knowledge.language["circumstances"]["no_owners"]))
        self._timed = frozenset(
            each.id for each in findings if each.kind in ("symptom", "complaint", "event") and each.id not in no_owners
        )
        self._complaints = frozenset(each.id for each in findings if each.kind in ("symptom", "complaint")) - no_owners
        self._person = PersonReader(knowledge, self.lexicon)
        self._durations = DurationReader(knowledge.language["time"], correct=self.lexicon.lexer.speller.correct)

    def read(self, text: str, as_of: date) -> Reading:
        """What `text` says. Relative dates in it ("last Tuesday") refer to `as_of`. Never raises on any text."""
        words = self.lexicon.lexer.words(text)
        terms = self.lexicon.find_terms(words)
        found = compose(words, self.lexicon, terms)
        context = Context(words, self.lexicon, found, terms)
        senses = [context.sense(each) for each in found]
        patient = who_is_meant(senses, words, self.lexicon)
        about_other = bool(patient)
        mentions = _distinct(
            [
                _mention(text, words, each, seen_from(sense, patient))
                for each, sense in zip(found, senses)
                if sense.experiencer not in (ANIMAL, NOBODY)
            ]
        )
        circumstances = self.lexicon.circumstances.find(words)
        mentions = with_circumstances(mentions, circumstances, words, self._complaints)
        person, age = self._person.read(words, mentions, patient)
        times = self._times(text, as_of, mentions, age, person.age)
        stretches = attach(text, times, [each for each in mentions if each.finding not in self._counted], self._timed)
        stretches = tuple(self._over(each, mentions) for each in stretches)
        mentions = [_ended(each, stretches) for each in mentions]
        answer, ordinals = read_answer(words, self.lexicon)
        covered: set[int] = set()
        for each in found:
            covered.update(range(each.first, each.after))
        for term in terms:
            covered.update(range(term.first, term.after))
        for cue in context.matches:
            covered.update(range(cue.first, cue.after))
        for one in circumstances:
            covered.update(range(one.place, one.after))
        loose = {} if mentions else context.loose()
        return Reading(
            text=text,
            mentions=tuple(mentions),
            durations=stretches,
            person=person,
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

    def status_at(self, text: str, start: int, end: int) -> str:
        """The status (present, absent, uncertain, past) of the words from character `start` to `end` of a text, taken
        as if they were a finding: for measuring on texts about things that the knowledge does not know.

        Raises ValueError where no word stands there.
        """
        words = self.lexicon.lexer.words(text)
        places = [place for place, word in enumerate(words) if word.start < end and word.end > start]
        if not places:
            raise ValueError(f"no word between character {start} and {end} of {len(text)}")
        first, after = places[0], places[-1] + 1
        terms = [each for each in self.lexicon.find_terms(words) if each.after <= first or each.first >= after]
        target = Found("", first, after, first, after, None)
        found = sorted([*compose(words, self.lexicon, terms), target], key=lambda each: each.core)
        return Context(words, self.lexicon, found, terms).sense(target).status

    def _times(
        self,
        text: str,
        as_of: date,
        mentions: Sequence[Mention],
        age: Optional[tuple[int, int]],
        years: Optional[float],
    ) -> list[Stretch]:
        """The stretches of time in a text, but for the patient's age and the weeks that tell how far a pregnancy is."""
        spans = [(each.start, each.end) for each in mentions if each.finding in self._counted]
        spans += [age] if age else []
        stretches = self._durations.read(text, as_of, years)
        return [each for each in stretches if not any(one < each.end and each.start < end for one, end in spans)]

    def _over(self, stretch: Stretch, mentions: Sequence[Mention]) -> Stretch:
        """Of an illness that is over, "a month ago, all gone since": the day it came is the day it went. One that only
        lasts some weeks is over where it came longer ago, and nobody says that it has lasted since."""
        if stretch.kind != "onset" or stretch.finding not in self.lexicon.conditions:
            return stretch
        own = [each for each in mentions if each.finding == stretch.finding]
        ago = stretch.text.lower().endswith("ago") and all(each.status == PAST for each in own)
        acute = stretch.finding in self._acute and stretch.low > _LONG_AGO and not _has_lasted(stretch)
        return replace(stretch, kind="until") if ago or acute else stretch


def _has_lasted(stretch: Stretch) -> bool:
    return stretch.text.lower().startswith(("since", "for", "from"))


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
        spot=sense.spot,
        side=sense.side,
        sides=sense.sides,
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
