"""Where, on which side, how badly, what sets it off, and who the patient is: what was read beside what was labelled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.evaluation.counts import Counts
from bot.evaluation.understanding.labelled import LISTS, WORDS
from bot.evaluation.understanding.matching import Match, Matched
from bot.knowledge import Knowledge
from bot.nlu.reading import Person
from bot.records.proportion import Proportion

_YEARS = 0.5


class Sites:
    """Parts of the body and what each is part of, by the knowledge's own words for them."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._sites: Mapping[str, Any] = knowledge.language["sites"]
        self._named = {said: name for name, site in self._sites.items() for said in site.get("say", ())}

    def agree(self, read: str | None, labelled: Iterable[str]) -> bool:
        """Whether the part read is one of those labelled, is part of it, or has it as a part."""
        if read is None:
            return False
        for each in labelled:
            label = self._own(each)
            if read in self._whole(label) or label in self._whole(read):
                return True
        return False

    def _own(self, label: str) -> str:
        """The label itself, or the knowledge's part that is said in its words."""
        words = label.replace("_", " ")
        return label if label in self._sites else self._named.get(words, self._named.get(words.split()[-1], label))

    def _whole(self, name: str) -> list[str]:
        chain = [name]
        while (above := self._sites.get(chain[-1], {}).get("part_of")) and above not in chain:
            chain.append(above)
        return chain


def words_right(matched: Iterable[Matched], sites: Sites) -> dict[str, Proportion]:
    """For each attribute of one word: how often it was read as labelled, of the matched labels that have it."""
    found = [one for each in matched for one in each.matches]
    shares = {
        "site": _share(
            [any(sites.agree(each.site, one.label.sites) for each in one.mentions) for one in found if one.label.sites]
        )
    }
    for name in WORDS:
        having = [one for one in found if name in one.label.words]
        shares[name] = _share([any(_read(one, name, each) for each in one.mentions) for one in having])
    return shares


def words_invented(matched: Iterable[Matched]) -> dict[str, Proportion]:
    """For each attribute of one word: how often one was read of matched labels that have none. A part of the body is
    often said by the finding itself, and is left out."""
    found = [one for each in matched for one in each.matches]
    shares = {}
    for name in WORDS:
        without = [one for one in found if name not in one.label.words]
        shares[name] = _share([all(getattr(each, name) is not None for each in one.mentions) for one in without])
    return shares


def lists_read(matched: Matched) -> dict[str, Counts]:
    """For each attribute that is a list (what sets off, eases, is disturbed): its words, over the matched labels."""
    counts = {}
    for name in LISTS:
        hits = false = missed = 0
        for one in matched.matches:
            read = {word for each in one.mentions for word in getattr(each, name, ())}
            labelled = set(one.label.lists.get(name, ()))
            hits, false, missed = (
                hits + len(read & labelled),
                false + len(read - labelled),
                missed + len(labelled - read),
            )
        counts[name] = Counts(hits, false, missed)
    return counts


def person_read(matched: Matched, knowledge: Knowledge) -> dict[str, Counts]:
    """For each thing that is said of a person: what was read beside what was labelled.

    Conditions, medicines and events that are optional findings of the message count neither way.
    """
    person, labelled = matched.reading.person, matched.message.person
    counts = {name: _one(getattr(person, name), labelled.get(name)) for name in ("age", "sex", "pregnant")}
    optional = {each.id for each in matched.message.optional}
    for name in ("conditions", "medicines", "events"):
        counts[name] = _several(_read_of(person, name) - optional, set(labelled.get(name, ())) - optional, knowledge)
    return counts


def _read_of(person: Person, name: str) -> set[str]:
    return set(getattr(person, name, ()))


def _read(one: Match, name: str, mention: Any) -> bool:
    return getattr(mention, name) == one.label.words[name]


def _share(hits: list[bool]) -> Proportion:
    return Proportion(sum(hits), len(hits))


def _one(read: Any, labelled: Any) -> Counts:
    if isinstance(read, float) and isinstance(labelled, (int, float)):
        same = abs(read - labelled) <= _YEARS
    else:
        same = read == labelled
    if same:
        return Counts(hits=int(labelled is not None))
    return Counts(false=int(read is not None), missed=int(labelled is not None))


def _several(read: set[str], labelled: set[str], knowledge: Knowledge) -> Counts:
    hits = {label for label in labelled if any(label == each or label in knowledge.broader(each) for each in read)}
    false = [each for each in read if not labelled & {each, *knowledge.broader(each), *knowledge.narrower(each)}]
    return Counts(len(hits), len(false), len(labelled) - len(hits))
