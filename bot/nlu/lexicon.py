"""The words of the knowledge as tables to look messages up in: findings, signs, sites, and the cues around them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeVar

from bot.knowledge import Knowledge
from bot.knowledge.model import urgency
from bot.nlu.phrases import PhraseTable
from bot.nlu.words import Lexer

T = TypeVar("T")
_LETTERS = re.compile(r"[a-z]+")
# Words that hasty messages leave out.
_UNSAID = frozenset({"my", "his", "her", "the", "a"})
_CUES = (
    "denies",
    "denies_behind",
    "not_denials",
    "doubts",
    "worries",
    "past",
    "gone",
    "no_longer",
    "goes_on",
    "supposes",
    "doubts_around",
    "asks",
    "ends",
    "only",
)


class Term(NamedTuple):
    """What a phrase says: `kind` is finding, sign, site, or lookalike (nothing of ours); `name` its id."""

    kind: str
    name: str


class Cue(NamedTuple):
    """What a phrase does to the findings near it: `kind` is denies, doubts, past, side, trend, onset and so on."""

    kind: str
    value: str = ""


class Lexicon:
    """All tables of one knowledge version. Built once a process; reading it changes nothing."""

    def __init__(self, knowledge: Knowledge) -> None:
        language = knowledge.language
        cues, skip = language["cues"], language["skip"]
        spellings = {str(word): str(plain) for word, plain in skip["spellings"].items()}
        vocabulary = _vocabulary(knowledge)
        self.lexer = Lexer(vocabulary, spellings)
        self.knowledge = knowledge
        self._skip = frozenset(str(word) for word in skip["skip"])
        self.terms: PhraseTable[Term] = PhraseTable(skip["skip"])
        self.cues: PhraseTable[Cue] = PhraseTable()
        self.answers: PhraseTable[str] = PhraseTable()
        self.ordinals: PhraseTable[int] = PhraseTable()
        self.findings_of: dict[tuple[str, str], tuple[str, ...]] = {}
        self.site_of: dict[str, tuple[str, ...]] = {}
        self.others = frozenset(str(word) for word in cues["others"])
        self.pronouns = frozenset(str(word) for word in cues["others_pronouns"])
        self.selves = frozenset(str(word) for word in cues["self_words"])
        self.animals = frozenset(str(word) for word in cues["animals"])
        self.doubted_around = frozenset(str(name) for name in cues["doubted_around"])
        # Parts of the body that a more exact one beside them makes plain ("the left side of my face").
        self.vague = frozenset(site for site, entry in language["sites"].items() if entry.get("vague"))
        self.filler = frozenset(self.lexer.stem(str(word)) for word in cues["filler"])
        self._add_terms(knowledge)
        self._add_cues(cues)
        self._add_compositions(knowledge)

    def _add_terms(self, knowledge: Knowledge) -> None:
        for finding in knowledge.findings.values():
            self._add(finding.say, Term("finding", finding.id))
        self._add(knowledge.language["lookalikes"]["phrases"], Term("lookalike", ""))
        for sign, phrases in knowledge.language["signs"].items():
            self._add(phrases, Term("sign", sign))
        for site, entry in knowledge.language["sites"].items():
            self._add(entry["say"], Term("site", site))

    def _add(self, phrases: Iterable[object], term: Term) -> None:
        for phrase in phrases:
            # What is nothing of ours must be said in full: it takes findings away.
            self._add_phrase(self.terms, str(phrase), term, short=term.kind != "lookalike")

    def _add_phrase(self, table: PhraseTable[T], phrase: str, meaning: T, short: bool = False) -> None:
        """A phrase as the knowledge writes it: "can_not|unable_to move" is "can not move" and "unable to move". A "|"
        divides alternatives, a "_" is a blank inside one. Inside a `short` phrase nobody has to write "my" or "the"
        ("fluid from nose")."""
        words = phrase.split()
        inner = [word for word in words[1:-1] if not (short and self._small(word))]
        words = [*words[:1], *inner, *words[1:][-1:]]
        if "|" not in phrase:
            table.add(self.lexer.phrase(" ".join(words)), meaning)
            return
        slots = [word.split("|") for word in words]
        table.add_choices(
            [[tuple(self.lexer.phrase(each.replace("_", " "))) for each in slot if each] for slot in slots], meaning
        )

    def _small(self, word: str) -> bool:
        """Whether a word of a phrase, with its alternatives, is one that a hasty message leaves out ("my|the|left")."""
        ways = [way.split("_") for way in word.split("|") if way]
        small = all(part in self._skip for way in ways for part in way)
        return small and any(" ".join(way) in _UNSAID for way in ways)

    def _add_cues(self, cues: Mapping[str, Any]) -> None:
        for kind in _CUES:
            for phrase in cues[kind]:
                self._add_phrase(self.cues, str(phrase), Cue(kind))
        for kind in ("sides", "trends", "onsets", "severities"):
            for value, phrases in cues[kind].items():
                for phrase in phrases:
                    self.cues.add(self.lexer.phrase(str(phrase)), Cue(kind[:-1], value))
        for value, phrases in cues["answers"].items():
            for phrase in phrases:
                self.answers.add(self.lexer.phrase(str(phrase)), value)
        for number, phrases in cues["ordinals"].items():
            for phrase in phrases:
                self.ordinals.add(self.lexer.phrase(str(phrase)), int(number))

    def _add_compositions(self, knowledge: Knowledge) -> None:
        sites = knowledge.language["sites"]
        declared: dict[tuple[str, str], list[str]] = {}
        for finding in knowledge.findings.values():
            for sign, site in finding.compose:
                declared.setdefault((sign, site), []).append(finding.id)
        for site in sites:
            chain = [site]
            while "part_of" in sites[chain[-1]]:
                chain.append(sites[chain[-1]]["part_of"])
            self.site_of[site] = tuple(chain)
            for sign in knowledge.language["signs"]:
                # The nearest part that the knowledge knows the sign for: a sign in the finger is one in the hand.
                for part in chain:
                    if (sign, part) in declared:
                        self.findings_of[(sign, site)] = tuple(declared[(sign, part)])
                        break

    def plain_findings(self, sign: str, alone: bool) -> tuple[str, ...]:
        """The findings that a sign stands for where no site of its own is said: the one of the same name if there is
        one, and, where no part of the body stands beside it at all, those put together with the site `unsaid`."""
        named = (sign,) if sign in self.knowledge.findings else ()
        return (*named, *self.findings_of.get((sign, "unsaid"), ())) if alone else named


def _vocabulary(knowledge: Knowledge) -> dict[str, int]:
    """Every word of the knowledge with its weight: the urgency of the rules that it can lead to."""
    weights = dict.fromkeys(
        (word for text in _strings(knowledge.language) for word in _LETTERS.findall(text.lower())), 0
    )
    for text in _strings(knowledge.language["time"]):
        # How long it has lasted decides more than all words but those of an emergency.
        weights.update(dict.fromkeys(_LETTERS.findall(text.lower()), 2 * urgency("emergency") - 1))
    signs, sites = knowledge.language["signs"], knowledge.language["sites"]
    for finding in knowledge.findings.values():
        weight = 2 * max((urgency(rule.level) for rule in knowledge.rules_of(finding.id)), default=0)
        texts = list(finding.say)
        for sign, site in finding.compose:
            texts += [*map(str, signs[sign]), *map(str, sites[site]["say"])]
        for words in (_LETTERS.findall(text.lower()) for text in texts):
            for word in words:
                # A word that says the finding by itself weighs more than one that needs others beside it.
                weights[word] = max(weight + (len(words) == 1), weights.get(word, 0))
        for sign, site in finding.compose:
            if site == "unsaid":
                for word in (word for phrase in signs[sign] for word in _LETTERS.findall(str(phrase).lower())):
                    weights[word] = max(weight + 2, weights[word])
    return weights


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield str(name)
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
    else:
        yield str(value)
