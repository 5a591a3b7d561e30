"""What sets a finding off, what eases it, and what it disturbs: "worse after coffee", "keeps me awake".

The words are data, in knowledge/language/en/circumstances.yml. A thing (coffee, cold, rest) counts where a lead stands
before it ("worse after", "goes when") or an effect behind it ("coffee sets it off", "ice helps").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Optional

from bot.nlu.phrases import Match, PhraseTable
from bot.nlu.words import Word

SET_OFF_BY, EASED_BY, DISTURBS = "set_off_by", "eased_by", "disturbs"
# Words between a lead and its thing ("when I am very stressed"), and between a thing and what it does.
_LEAD_REACH, _EFFECT_REACH, _LIST_STEP = 7, 4, 4
_MOST_LISTED = 6
_BEGAN = frozenset({"started", "began", "came", "happened", "appeared", "noticed"})
_JOINS = frozenset({"and", "or", ",", "&", "plus", "even"})


class Part(NamedTuple):
    """What a phrase is: a thing, a lead before things, an effect behind them, something that sets off by itself ("at
    night"), or something disturbed. `role` is what a lead or an effect makes of a thing (empty: nothing of ours, "it
    started when"), `value` the thing's id."""

    kind: str
    role: str
    value: str = ""


class Circumstance(NamedTuple):
    """One circumstance: its role, its id, and the places of its first word and of the word after its last."""

    role: str
    value: str
    place: int
    after: int


class Circumstances:
    """Finds circumstances in texts. `phrase` cuts a phrase of the data into stems, as a message would be."""

    def __init__(self, data: Mapping[str, Any], add: Callable[[PhraseTable[Part], str, Part], None]) -> None:
        self._table: PhraseTable[Part] = PhraseTable()
        for value, phrases in data["things"].items():
            self._add(phrases, Part("thing", "", str(value)), add)
        for value, phrases in data["disturbs"].items():
            self._add(phrases, Part("disturbed", DISTURBS, str(value)), add)
        for value, phrases in data["by_itself"].items():
            self._add(phrases, Part("by_itself", SET_OFF_BY, str(value)), add)
        for kind, groups in (("lead", data["leads"]), ("effect", data["effects"])):
            for role, phrases in groups.items():
                self._add(phrases, Part(kind, "" if role == "nothing" else str(role)), add)

    def _add(self, phrases: Sequence[object], part: Part, add: Callable[[PhraseTable[Part], str, Part], None]) -> None:
        for phrase in phrases:
            add(self._table, str(phrase), part)

    def find(self, words: Sequence[Word]) -> list[Circumstance]:
        """The circumstances that a text names, in the order of their words."""
        found: list[Circumstance] = []
        lead: Optional[Match[Part]] = None
        things: list[tuple[Match[Part], Part]] = []
        later: list[Circumstance] = []
        for match in self._table.find(words):
            # "At night" is a thing after a lead, and says by itself when.
            part = next((each for each in match.meanings if each.kind == "by_itself"), match.meanings[0])
            if part.kind == "by_itself" and self._began(words, lead, match):
                continue
            if part.kind in ("disturbed", "by_itself"):
                found.append(Circumstance(part.role, part.value, match.first, match.after))
                # "It keeps me awake at night": what disturbs is no thing of a lead.
                lead = None if part.kind == "disturbed" else lead
            elif part.kind == "lead":
                lead = match
            elif part.kind == "thing":
                if things and not self._joined(words, things[-1][0], match):
                    things = []
                things = [*things[1 - _MOST_LISTED :], (match, part)]
                role = self._role(words, lead, match)
                if role:
                    found.append(Circumstance(role, part.value, match.first, match.after))
            elif things and self._near(words, things[-1][0], match, _EFFECT_REACH):
                # "Wind and cold set it off": an effect is of all the things listed before it.
                places = {thing.first for thing, _ in things}
                while found and found[-1].place >= things[0][0].first:
                    kept = found.pop()
                    if kept.place not in places:
                        later.append(kept)
                found += reversed(later)
                later.clear()
                if part.role:
                    found += [Circumstance(part.role, each.value, thing.first, thing.after) for thing, each in things]
        return list(dict.fromkeys(found))

    @staticmethod
    def _near(words: Sequence[Word], one: Match[Part], other: Match[Part], reach: int) -> bool:
        """Whether a phrase stands at most `reach` words behind another in the same sentence."""
        return 0 <= other.first - one.after <= reach and words[other.first].sentence == words[one.first].sentence

    def _joined(self, words: Sequence[Word], one: Match[Part], other: Match[Part]) -> bool:
        """Whether two things stand in one list."""
        return self._near(words, one, other, _LIST_STEP) and any(
            word.text in _JOINS for word in words[one.after : other.first]
        )

    def _began(self, words: Sequence[Word], lead: Optional[Match[Part]], match: Match[Part]) -> bool:
        """Whether a phrase tells how something began ("it started when I was at the gym")."""
        if lead is None or self._role_of(words, lead):
            return False
        return self._near(words, lead, match, _LEAD_REACH)

    def _role_of(self, words: Sequence[Word], lead: Match[Part]) -> str:
        """What a lead makes of its things. "Started when" tells how it began, "starts when" what sets it off."""
        roles = {meaning.role for meaning in lead.meanings if meaning.kind == "lead"}
        if len(roles) > 1 and words[lead.first].text in _BEGAN:
            return ""
        return max(roles, default="")

    def _role(self, words: Sequence[Word], lead: Optional[Match[Part]], thing: Match[Part]) -> str:
        """What the lead before a thing makes of it; nothing where none is near."""
        if lead is None or words[lead.first].sentence != words[thing.first].sentence:
            return ""
        return self._role_of(words, lead) if 0 <= thing.first - lead.after <= _LEAD_REACH else ""
