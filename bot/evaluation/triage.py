"""The scorecard of triage: vignettes as facts, as messages and as whole interviews, and random patients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from bot.evaluation.interview import Interview, Lengths, hold
from bot.evaluation.patient import Patient
from bot.evaluation.population import chief, draw, opening_of
from bot.evaluation.score import Outcome, Score
from bot.evaluation.vignette import EMERGENCY_TOPIC, Vignette, fingerprint
from bot.interview.turn import take_turn
from bot.knowledge import Knowledge
from bot.knowledge.model import urgency
from bot.nlu.reader import Reader
from bot.triage.case import Case
from bot.triage.decide import decide
from bot.triage.decision import Decision

WAYS = ("facts", "message", "interview", "opening")
"""Ways of measuring a vignette: the rules alone; its message, read; the interview that the message begins, answered by
a simulated patient; and the same, begun with no more than the complaint."""

# Of random patients: how many answers are "not sure" whatever is so, and how many are typed.
_NOT_SURE, _TYPED = 0.1, 0.25


@dataclass(frozen=True)
class RandomInterview:
    """An interview with a random patient, beside the level that all of their facts together would get."""

    topic: str
    turns: int
    given: str
    by_facts: str

    @property
    def calmer(self) -> bool:
        """Whether the interview ended calmer than the facts: something was not asked, or an answer not understood."""
        return urgency(self.given) < urgency(self.by_facts)


@dataclass(frozen=True)
class Scorecard:
    """All that was measured. `fingerprint` is that of the vignettes.

    The scores hold every vignette. What names single ones, or what a bar or a table of topics counts, is only ever of
    those worked with: whoever sees which of those kept aside came out wrong would soon work with them too.
    """

    knowledge_version: str
    fingerprint: str
    on: date
    vignettes: tuple[Vignette, ...]
    scores: dict[str, Score]
    randoms: tuple[RandomInterview, ...] = ()
    endless: tuple[str, ...] = ()

    def part(self, way: str, aside: bool) -> Score:
        """The score of one part: the vignettes kept aside, or those worked with."""
        return self.scores[way].where(lambda each: each.aside is aside)

    def lengths(self, way: str, aside: bool = False) -> Lengths:
        """The turns from the first message to the advice, in the vignettes of topics, of one part.

        Emergencies stay out: they end the questions, and would make the others look shorter than they are.
        """
        advised = [each for each in self.part(way, aside).outcomes if each.given != "emergency"]
        return Lengths.of(each.turns for each in advised if not EMERGENCY_TOPIC.fullmatch(each.topic))

    def lengths_by_topic(self, way: str) -> dict[str, Lengths]:
        """The turns for each topic, emergencies and what belongs to no topic too, of those worked with."""
        scores = self.part(way, aside=False).by_topic()
        return {topic: Lengths.of(each.turns for each in score.outcomes) for topic, score in scores.items()}

    def random_lengths(self) -> dict[str, Lengths]:
        """The turns that random patients took, for each topic."""
        topics = dict.fromkeys(each.topic for each in self.randoms)
        return {topic: Lengths.of(each.turns for each in self.randoms if each.topic == topic) for topic in topics}

    def to_json(self) -> dict[str, Any]:
        """The numbers of every way, the two parts apart, and the lengths.

        Of those worked with also each topic, how levels were mistaken, and every vignette that came out wrong.
        """
        worked_with = {way: self.part(way, aside=False) for way in self.scores}
        return {
            "knowledge_version": self.knowledge_version,
            "vignettes": {
                "worked_with": sum(not each.aside for each in self.vignettes),
                "kept_aside": sum(each.aside for each in self.vignettes),
                "fingerprint": self.fingerprint,
            },
            "scores": {
                way: {
                    "worked_with": score.to_json(),
                    "kept_aside": self.part(way, aside=True).to_json(),
                    "by_topic": {topic: _counts(each) for topic, each in score.by_topic().items()},
                    "matrix": score.matrix(),
                    "wrong": [_wrong(each) for each in score.wrong],
                }
                for way, score in worked_with.items()
            },
            "turns": {
                **{way: self.lengths(way).to_json() for way in ("interview", "opening")},
                "kept_aside": {way: self.lengths(way, aside=True).to_json() for way in ("interview", "opening")},
                "random": Lengths.of(each.turns for each in self.randoms).to_json(),
                "random_calmer_than_facts": sum(each.calmer for each in self.randoms),
                "endless": list(self.endless),
            },
        }


def evaluate(
    vignettes: Sequence[Vignette], knowledge: Knowledge, reader: Reader, *, randoms: int = 0, seed: int = 1
) -> Scorecard:
    """Measures the vignettes in every way, and holds `randoms` interviews with random patients for each topic.

    The day is that of the newest rule, so that the same vignettes and knowledge give the same card on any day.
    """
    on = max((rule.valid_from for rule in knowledge.rules.values()), default=date.min)
    outcomes: dict[str, list[Outcome]] = {way: [] for way in WAYS}
    endless = []
    for each in vignettes:
        outcomes["facts"].append(_outcome(each, decide(each.case, knowledge, on)))
        read = take_turn(Case(), reader.read(each.message, on), knowledge, on)
        outcomes["message"].append(_outcome(each, read.decision))
        for way, first in (("interview", each.message), ("opening", first_words(each, knowledge))):
            held = hold(Patient(each.case, knowledge, on), first, reader, knowledge, on)
            outcomes[way].append(_outcome(each, held.decision, held))
            if not held.ended:
                endless.append(each.id)
    drawn = tuple(
        _random(topic, number, knowledge, reader, on, seed) for topic in knowledge.topics for number in range(randoms)
    )
    return Scorecard(
        knowledge.version,
        fingerprint(vignettes),
        on,
        tuple(vignettes),
        {way: Score(tuple(found)) for way, found in outcomes.items()},
        drawn,
        tuple(dict.fromkeys(endless)),
    )


def first_words(vignette: Vignette, knowledge: Knowledge) -> str:
    """What a patient writes who names only the complaint; the whole message where the facts have none."""
    if vignette.opening:
        return vignette.opening
    complaint = chief(vignette.case, knowledge, vignette.topic)
    return opening_of(complaint, knowledge) if complaint else vignette.message


def _random(topic: str, number: int, knowledge: Knowledge, reader: Reader, on: date, seed: int) -> RandomInterview:
    random = Random(f"{seed}:{topic}:{number}")
    drawn = draw(knowledge.topics[topic], knowledge, random)
    patient = Patient(drawn.truth, knowledge, on, random=random, not_sure=_NOT_SURE, typed=_TYPED)
    held = hold(patient, drawn.opening, reader, knowledge, on)
    return RandomInterview(topic, held.turns, held.decision.level, decide(patient.truth, knowledge, on).level)


def _outcome(vignette: Vignette, decision: Decision, held: Interview | None = None) -> Outcome:
    fired = [f"{each.id} (caution)" if each.caution else each.id for each in decision.fired]
    return Outcome(
        id=vignette.id,
        topic=vignette.topic,
        aside=vignette.aside,
        expected=vignette.level,
        given=decision.level,
        rules=tuple(fired),
        turns=held.turns if held else 1,
        why=vignette.why,
    )


def _counts(score: Score) -> dict[str, str]:
    return {name: f"{number.hits}/{number.of}" for name, number in score.numbers().items()}


def _wrong(outcome: Outcome) -> dict[str, Any]:
    return {
        "id": outcome.id,
        "expected": outcome.expected,
        "given": outcome.given,
        "rules": list(outcome.rules),
    }
