"""The words of the knowledge as tables to look messages up in: findings, signs, sites, and the cues around them."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple, Optional, TypeVar

from bot.knowledge import Knowledge
from bot.nlu.circumstances import Circumstances
from bot.nlu.in_order import InOrder
from bot.nlu.phrases import GAP, Match, PhraseTable, Slots
from bot.nlu.vocabulary import vocabulary
from bot.nlu.words import Lexer, Word

T = TypeVar("T")
# Words that hasty messages leave out.
_GONE = frozenset({"gone", "went", "go", "goes"})
_UNSAID = frozenset({"my", "his", "her", "the", "a"})
_CUES = (
    "denies",
    "denies_behind",
    "not_denials",
    "doubts",
    "of_nobody",
    "worries",
    "past",
    "gone",
    "returns",
    "all_gone",
    "stopped",
    "no_longer",
    "goes_on",
    "supposes",
    "doubts_around",
    "asks",
    "ends",
    "only",
    "only_first",
    "troubles",
)
_QUALITIES = ("sides", "spots", "trends", "onsets", "severities")
_ONE = {"sides": "side", "spots": "spot", "trends": "trend", "onsets": "onset", "severities": "severity"}


class Term(NamedTuple):
    """What a phrase says: `kind` is finding, absence (of a finding), sign, site, or lookalike (nothing of ours);
    `name` its id."""

    kind: str
    name: str


class Cue(NamedTuple):
    """What a phrase does to the findings near it: `kind` is denies, doubts, past, side, trend, onset and so on."""

    kind: str
    value: str = ""


class Lexicon:
    """All tables of one knowledge version. Built once a process; reading it changes nothing."""

    def __init__(self, knowledge: Knowledge) -> None:
        with _uncollected():
            self._build(knowledge)

    def _build(self, knowledge: Knowledge) -> None:
        language = knowledge.language
        cues, skip = language["cues"], language["skip"]
        spellings = {str(word): str(plain) for word, plain in skip["spellings"].items()}
        self.lexer = Lexer(vocabulary(knowledge), spellings)
        self.knowledge = knowledge
        self._skip = frozenset(str(word) for word in skip["skip"])
        self._groups = {str(name): "|".join(map(str, ways)) for name, ways in language.get("groups", {}).items()}
        # The stems that a slot may begin with, by the slot as it is written.
        self._firsts: dict[str, tuple[str, ...]] = {}
        self.terms: PhraseTable[Term] = PhraseTable(skip["skip"])
        self.lookalikes: PhraseTable[Term] = PhraseTable(skip["skip_in_lookalikes"])
        self.sites: PhraseTable[str] = PhraseTable()
        self.matters: PhraseTable[str] = PhraseTable()
        self.cues: PhraseTable[Cue] = PhraseTable()
        self.answers: PhraseTable[str] = PhraseTable()
        self.ordinals: PhraseTable[int] = PhraseTable()
        self.findings_of: dict[tuple[str, str], tuple[str, ...]] = {}
        self.site_of: dict[str, tuple[str, ...]] = {}
        self.others = _words(cues["others"])
        self.pronouns = _words(cues["others_pronouns"])
        self.selves = _words(cues["self_words"])
        self.animals = _words(cues["animals"])
        self.plain_noes = _words(cues["plain_noes"])
        self.witnesses, self.helping = _words(cues["witnesses"]), _words(cues["helping"])
        self.objects, self.done_to_me = _words(cues["objects"]), _words(cues["done_to_me"])
        self.adults, self.anybody, self.having = (_words(cues[name]) for name in ("adults", "anybody", "having"))
        relations = language["people"]["relations"]
        self.sexes = {str(word): sex for sex, words in relations.items() for word in words}
        self.in_order = InOrder(cues)
        self.asking, people = _words(cues["asking_for"]), language["people"]
        self.years, self.no_ages = _words(people["years_old"]), _words(people["no_ages"]) - _words(people["ages_too"])
        self.conditional = _words(cues["conditional"])
        self.no_person = _words(cues["no_person"])
        self.habits, self.amounts = _words(cues["habits"]), _words(cues["amounts"])
        self.open_ends, self.after_ends = _words(cues["open_ends"]), _words(cues["after_ends"])
        self.conditions = frozenset(each.id for each in knowledge.findings.values() if each.kind == "condition")
        self.histories = frozenset(each.id for each in knowledge.findings.values() if each.history)
        self.doubted_around = _words(cues["doubted_around"])
        sites = language["sites"]
        # Parts of the body that a more exact one beside them makes plain ("the left side of my face").
        self.vague = frozenset(site for site, entry in sites.items() if entry.get("vague"))
        # What only tells which of two senses a sign has ("cramps" with "period"), wherever in the message it stands.
        self.anywhere = frozenset(site for site, entry in sites.items() if entry.get("anywhere"))
        self.filler = frozenset(self.lexer.stem(str(word)) for word in cues["filler"])
        self._add_terms(knowledge)
        self._add_cues(cues)
        self._add_compositions(knowledge)
        # Signs that mean another thing with a matter of `anywhere`.
        self.ambiguous = frozenset(sign for sign, site in self.findings_of if site in self.anywhere)
        single = [self.lexer.phrase(str(phrase)) for phrase in cues["denies"] if len(str(phrase).split()) == 1]
        # The stems of words that deny by themselves.
        self.denials = frozenset(stems[0] for stems in single if len(stems) == 1)
        self.circumstances = Circumstances(language["circumstances"], self._add_phrase)

    def _add_terms(self, knowledge: Knowledge) -> None:
        for finding in knowledge.findings.values():
            self._add(finding.say, Term("finding", finding.id))
            self._add(finding.say_not, Term("absence", finding.id))
        for phrase in knowledge.language["lookalikes"]["phrases"]:
            # What is nothing of ours must be said in full, but for the smallest words: it takes findings away.
            self._add_phrase(self.lookalikes, str(phrase), Term("lookalike", ""))
        for sign, phrases in knowledge.language["signs"].items():
            self._add(phrases, Term("sign", sign))
        for site, entry in knowledge.language["sites"].items():
            if site in self.anywhere:
                for phrase in entry["say"]:
                    self._add_phrase(self.matters, str(phrase), site)
                continue
            self._add(entry["say"], Term("site", site))
            if site not in self.vague:
                for phrase in entry["say"]:
                    self._add_phrase(self.sites, str(phrase), site, short=True)

    def _add(self, phrases: Iterable[object], term: Term) -> None:
        for phrase in phrases:
            self._add_phrase(self.terms, str(phrase), term, short=True)

    def _add_phrase(self, table: PhraseTable[T], phrase: str, meaning: T, short: bool = False) -> None:
        """A phrase as the knowledge writes it: "can_not|unable_to move" is "can not move" and "unable to move". A "|"
        divides alternatives, a "_" is a blank inside one, "@normal" are the ways of that name in groups.yml, a "~" is a
        gap of up to three words. Inside a `short` phrase nobody has to write "my" or "the" ("fluid from nose")."""
        words = phrase.split()
        if "@" in phrase:
            words = [self._groups[word[1:]] if word.startswith("@") else word for word in words]
            phrase = " ".join(words)
        if len(words) > 2:
            inner = [word for word in words[1:-1] if not (short and self._small(word))]
            words = [words[0], *inner, words[-1]]
        firsts = self._firsts.get(words[0])
        if firsts is None:
            first_stem = self.lexer.first_stem
            stems = [first_stem(way.partition("_")[0]) for way in words[0].split("|") if way]
            firsts = self._firsts[words[0]] = tuple(stem for each in stems for stem in each)
        table.add_later(firsts, partial(self._slots, words), meaning)

    def _slots(self, words: Sequence[str]) -> Slots:
        """The parts of a phrase as stems; neighbours without alternatives are cut up together, as in a message."""
        slots: list[list[tuple[str, ...]]] = []
        plain: list[str] = []
        for word in [*words, ""]:
            if word and word != GAP and "|" not in word:
                plain.append(word)
                continue
            if plain:
                slots.append([self.lexer.phrase(" ".join(plain).replace("_", " "))])
                plain = []
            if word == GAP:
                slots.append([(GAP,)])
            elif word:
                slots.append([self.lexer.phrase(each.replace("_", " ")) for each in word.split("|") if each])
        return slots

    def _small(self, word: str) -> bool:
        """Whether a word of a phrase, with its alternatives, is one that a hasty message leaves out ("my|the|left")."""
        first = word.partition("|")[0].partition("_")[0]
        if first and first not in self._skip:
            return False
        ways = [way.split("_") for way in word.split("|") if way]
        small = all(part in self._skip for way in ways for part in way)
        return small and any(" ".join(way) in _UNSAID for way in ways)

    def _add_cues(self, cues: Mapping[str, Any]) -> None:
        for kind in _CUES:
            for phrase in cues[kind]:
                self._add_phrase(self.cues, str(phrase), Cue(kind))
        for kind in _QUALITIES:
            for value, phrases in cues[kind].items():
                for phrase in phrases:
                    self._add_phrase(self.cues, str(phrase), Cue(_ONE[kind], value))
        for value, phrases in cues["answers"].items():
            for phrase in phrases:
                self._add_phrase(self.answers, str(phrase), value)
        for number, phrases in cues["ordinals"].items():
            for phrase in phrases:
                self._add_phrase(self.ordinals, str(phrase), int(number))

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

    def find_terms(self, words: Sequence[Word]) -> list[Match[Term]]:
        """What the words of a text say: findings, signs, sites, and what only looks like them. None overlaps another:
        at each place the longest counts, and a part of the body of several words gives way to a phrase inside it."""
        found: list[Match[Term]] = []
        terms, lookalikes, free = self.terms, self.lookalikes, 0
        (met, others), (met_too, others_too) = terms.beginnings, lookalikes.beginnings
        for place, word in enumerate(words):
            if place < free:
                continue
            stem = word.stem
            match = terms.longest_from(words, place) if stem in met or stem in others else None
            other = lookalikes.longest_from(words, place) if stem in met_too or stem in others_too else None
            if match is None or (other is not None and other.after > match.after):
                match = other
            elif match.after - place > 1 and all(meaning.kind == "site" for meaning in match.meanings):
                match = self._inside(words, match)
            elif self._goes_on(words, match):
                match = self._site_at(words, place)
            if match is not None:
                found.append(match)
                free = match.after
        return found

    def _goes_on(self, words: Sequence[Word], match: Match[Term]) -> bool:
        """Whether a phrase that ends in "gone" goes on with the sign that tells what has gone so ("has gone stiff")."""
        if words[match.after - 1].text not in _GONE or match.after >= len(words):
            return False
        return any(meaning.kind == "sign" for meaning in self.terms.meanings((words[match.after].stem,)))

    def _site_at(self, words: Sequence[Word], place: int) -> Optional[Match[Term]]:
        site = self.sites.longest(words, place)
        if site is None:
            return None
        return Match(site.first, site.after, tuple(Term("site", name) for name in site.meanings))

    def _inside(self, words: Sequence[Word], site: Match[Term]) -> Match[Term]:
        """The phrase that begins inside a site and goes beyond it ("lower eyelid keeps going"), or else the site."""
        for place in range(site.first + 1, site.after):
            match = self.terms.longest(words, place)
            if match is not None and match.after > site.after and not self._goes_on(words, match):
                return match
        return site

    def plain_findings(self, sign: str, alone: bool) -> tuple[str, ...]:
        """The findings that a sign stands for where no site of its own is said: the one of the same name if there is
        one, and, where no part of the body stands beside it at all, those put together with the site `unsaid`."""
        named = (sign,) if sign in self.knowledge.findings else ()
        return (*named, *self.findings_of.get((sign, "unsaid"), ())) if alone else named


def _words(words: Iterable[object]) -> frozenset[str]:
    return frozenset(str(word) for word in words)


@contextmanager
def _uncollected() -> Iterator[None]:
    """No garbage collection meanwhile: the tables are a hundred thousand objects, none of them garbage, and the
    collector would go through all of them again and again, for half of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
