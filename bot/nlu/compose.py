"""Findings in a text: whole phrases, and signs put together with the part of the body they are in.

The two make one finding where they stand in one clause, apart or not, or where the part of the body follows in the
next sentence ("It's in my left cheek").
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple, Optional

from bot.nlu.lexicon import Lexicon, Term
from bot.nlu.phrases import Match
from bot.nlu.words import Word

_JOINED = frozenset({"in", "of", "on", "around", "round", "near", "under", "at", "to", "below", "above", "inside"})
_BREAKS = frozenset({",", ":", "-", "(", ")"})
_JOINS = frozenset({"and", "or", "nor", "then", ",", "/", "&", "both"})
_FARTHEST, _LONGEST_LIST_STEP = 14, 10
# How much a word between a sign and a site weighs, compared with any other word.
_BREAK_COST, _SUBJECT_COST, _OTHER_SIGN_COST, _JOINED_GAIN, _VAGUE_COST, _TAKEN_COST = 3, 12, 6, 3, 5, 12
_OWNERS = frozenset({"my", "his", "her", "our", "their", "your", "a", "an", "the"})
_IT = frozenset({"it", "its", "they", "that"})
# "And my lip as well", "spread to my cheek": a part of the body that shares the sign said before it.
_TOO, _SPREAD = frozenset({"too", "also", "well"}), frozenset({"spread", "spreads", "spreading", "moved", "reached"})
# "My hand and my knee both itch": what stands before the "and" has the sign as well.
_PLURALS = frozenset({"both", "have", "are", "were"})
_BEGUN = frozenset({"started", "starts", "began", "begun", "begins", "first"})
_TOO_REACH, _BACK, _JOINED_REACH = 4, 40, 6


class Found(NamedTuple):
    """A finding in the words: the places it covers, those of the phrase that carries it, its site, and whether the
    phrase itself says that it is not there ("speech is fine")."""

    finding: str
    first: int
    after: int
    core: int
    core_after: int
    site: Optional[str]
    absent: bool = False


class _Place(NamedTuple):
    name: str
    first: int
    after: int


def compose(words: Sequence[Word], lexicon: Lexicon, terms: Sequence[Match[Term]]) -> list[Found]:
    """The findings of a text in the order of their words, from the terms found in it. The work is linear: only near
    words are looked at."""
    return _Composer(words, lexicon, terms).compose()


class _Composer:
    def __init__(self, words: Sequence[Word], lexicon: Lexicon, terms: Sequence[Match[Term]]) -> None:
        self._words = words
        self._lexicon = lexicon
        self._matches = terms
        self._parts = [
            _Place(name, match.first, match.after) for match in lexicon.sites.find(words) for name in match.meanings
        ]
        self._part_places = [part.first for part in self._parts]
        self._ending: dict[int, list[Match[Term]]] = {}
        for match in self._matches:
            self._ending.setdefault(match.after, []).append(match)
        self._signs = [match for match in self._matches if _names(match, "sign") and not _names(match, "finding")]
        self._sign_places = [match.first for match in self._signs]
        self._sites = [
            _Place(name, match.first, match.after) for match in self._matches for name in _names(match, "site")
        ]
        self._site_places = [site.first for site in self._sites]
        self._about: Optional[list[_Place]] = None
        self._clauses = _clauses(words)
        self._sites_in: dict[int, list[_Place]] = {}
        for site in self._sites:
            self._sites_in.setdefault(words[site.first].sentence, []).append(site)
        self._sentences_with_sign = {words[match.first].sentence for match in self._signs}

    def compose(self) -> list[Found]:
        found = [
            Found(term.name, match.first, match.after, match.first, match.after, self._site_near(match), absent)
            for match in self._matches
            for term in match.meanings
            for absent in [term.kind == "absence"]
            # "My speech was fine" tells of another time.
            if term.kind == "finding"
            or (absent and not self._lexicon.in_order.is_limited(self._words, match.first, match.after))
        ]
        last: dict[str, tuple[_Place, ...]] = {}
        for sign in self._signs:
            found += self._placed(sign, last)
        found += self._before_phrases()
        found += self._echoed(found)
        return sorted(set(found), key=lambda each: (each.core, each.first, each.finding))

    def _before_phrases(self) -> list[Found]:
        """Parts of the body listed before a whole phrase that begins with one ("jaw and shoulder pain")."""
        found = []
        for match in self._matches:
            if not _names(match, "finding") or match.after - match.first > 3:
                continue
            low = bisect_left(self._site_places, match.first - _LONGEST_LIST_STEP)
            listed = [
                site
                for site in self._sites[low : bisect_left(self._site_places, match.first)]
                if _joined_to(self._words, site, match.first)
            ]
            if not listed or not self._parts_between(match.first, match.first + 1):
                continue
            for term in self._lexicon.terms.meanings([self._words[match.after - 1].stem]):
                if term.kind == "sign":
                    for site in listed:
                        for finding in self._lexicon.findings_of.get((term.name, site.name), ()):
                            found.append(
                                Found(finding, site.first, match.after, match.after - 1, match.after, site.name)
                            )
        return found

    def _placed(self, sign: Match[Term], last: dict[str, tuple[_Place, ...]]) -> list[Found]:
        names = _names(sign, "sign")
        near = tuple(self._nearest(sign, names))
        if not self._lexicon.ambiguous.isdisjoint(names):
            # "Cramps. My period is late": what the message is about tells which sense the sign has, unless a part of
            # the body stands nearer.
            about = [each for each in self._fitting(self._matters(), names) if self._is_about(sign, each)]
            matter = min(about, key=lambda each: _apart(sign, each), default=None)
            if matter is not None and (not near or _apart(sign, matter) < min(_apart(sign, each) for each in near)):
                near = (matter,)
        # "My wrist flops and I can't lift it. Face normal": what is done to "it" is done to what was named before.
        of_it = sign.after < len(self._words) and self._words[sign.after].text == "it"
        near = near or tuple(
            (of_it and self._meant_by_it(sign, names))
            or self._joined_by_and(sign, names)
            or self._elsewhere(sign, names)
            or self._meant_by_it(sign, names)
        )
        if not near:
            # "My hand was not cold, now it is cold": the sign said again is where it was before.
            near = last.get(names[0], ()) or tuple(self._fitting(last.get("", ()), names))
        else:
            last.update(dict.fromkeys((*names, ""), near))
        found = []
        for site in near:
            apart = self._words[site.first].sentence != self._words[sign.first].sentence
            far = apart or abs(site.first - sign.first) > 2 * _FARTHEST
            first = sign.first if far else min(sign.first, site.first)
            after = sign.after if far else max(sign.after, site.after)
            place = None if site.name in self._lexicon.anywhere else site.name
            if site.name in self._lexicon.vague:
                exact = self._parts_between(sign.first - _JOINED_REACH, sign.after + _JOINED_REACH)
                place = exact[0].name if exact else place
            for name in names:
                for finding in self._lexicon.findings_of.get((name, site.name), ()):
                    found.append(Found(finding, first, after, sign.first, sign.after, place))
        if not found:
            alone = not self._touches_site(sign)
            plain = [name for each in names for name in self._lexicon.plain_findings(each, alone)]
            found = [Found(name, sign.first, sign.after, sign.first, sign.after, None) for name in plain]
        return found

    def _matters(self) -> list[_Place]:
        """What the message is about, of the things that tell two senses of a sign apart; looked for once."""
        if self._about is None:
            found = self._lexicon.matters.find(self._words)
            self._about = [_Place(name, match.first, match.after) for match in found for name in match.meanings]
        return self._about

    def _is_about(self, sign: Match[Term], matter: _Place) -> bool:
        """Whether a matter is near enough to a sign to tell its sense: in its sentence or the next, or in few words."""
        apart = abs(self._words[sign.first].sentence - self._words[matter.first].sentence)
        return apart <= 1 or _apart(sign, matter) <= _BACK

    def _touches_site(self, sign: Match[Term]) -> bool:
        """Whether a part of the body that the sign has nothing to do with stands beside it."""
        return bool(self._parts_between(sign.first - 3, sign.after + 3)) or self._vague_beside(sign)

    def _vague_beside(self, sign: Match[Term]) -> bool:
        low, high = bisect_left(self._site_places, sign.first - 3), bisect_left(self._site_places, sign.after + 3)
        return low < high

    def _joined_by_and(self, sign: Match[Term], names: tuple[str, ...]) -> list[_Place]:
        """The part of the body of a phrase that an "and" joins the sign to ("both hands are buzzing and weak")."""
        words, place = self._words, sign.first
        while place > 0 and words[place - 1].stem in self._lexicon.filler and words[place - 1].text not in _JOINS:
            place -= 1
        if place < 2 or words[place - 1].text not in ("and", "&", ","):
            return []
        phrases = [match for match in self._ending.get(place - 1, ()) if _names(match, "finding")]
        return self._fitting([part for each in phrases for part in self._parts_between(each.first, each.after)], names)

    def _meant_by_it(self, sign: Match[Term], names: tuple[str, ...]) -> list[_Place]:
        """The part of the body that "it" stands for: the last one before ("my arm was odd, but it is cold")."""
        words = self._words
        span = words[max(0, sign.first - 5) : sign.after + 2]
        if not any(word.text in _IT for word in span):
            return []
        at = bisect_left(self._site_places, sign.first)
        before = self._fitting(self._sites[max(0, at - 4) : at], names)
        near = [site for site in before if sign.first - site.first <= _BACK]
        if not near:
            # "My arm was asleep" is a phrase of its own, and still names the arm.
            near = self._fitting(self._parts_between(sign.first - _BACK, sign.first), names)
        return near[-1:] if near and words[sign.first].sentence - words[near[-1].first].sentence <= 1 else []

    def _echoed(self, found: Sequence[Found]) -> list[Found]:
        """Signs that a later part of the body shares ("my hand itches, and my knee as well", "spread to my knee")."""
        echoed: list[Found] = []
        covered = {place for each in found for place in range(each.first, each.after)}
        for site in self._sites:
            if site.first in covered or not (self._shares(site) or self._begins(site)):
                continue
            at = bisect_left(self._sign_places, site.first) - (0 if self._begins(site) else 1)
            sign = self._signs[at] if 0 <= at < len(self._signs) else None
            if sign is None or abs(site.first - sign.first) > _BACK:
                continue
            for name in _names(sign, "sign"):
                for finding in self._lexicon.findings_of.get((name, site.name), ()):
                    echoed.append(Found(finding, site.first, site.after, site.first, site.after, site.name))
        return echoed

    def _begins(self, site: _Place) -> bool:
        """Whether this is where something began ("it started in the eyelid"), to be named later."""
        texts = [word.text for word in self._words[max(0, site.first - 3) : site.first]]
        return any(one in _BEGUN and other == "in" for one, other in zip(texts, texts[1:]))

    def _shares(self, site: _Place) -> bool:
        words = self._words
        after = words[site.after : site.after + 2]
        before = words[max(0, site.first - _TOO_REACH) : site.first]
        sentence = words[site.first].sentence
        too = any(word.text in _TOO for word in (*after, *before[-2:]) if word.sentence == sentence)
        return too or any(word.text in _SPREAD for word in before if word.sentence == sentence)

    def _fitting(self, sites: Sequence[_Place], names: tuple[str, ...]) -> list[_Place]:
        return [site for site in sites if any((name, site.name) in self._lexicon.findings_of for name in names)]

    def _nearest(self, sign: Match[Term], names: tuple[str, ...]) -> list[_Place]:
        low = bisect_left(self._site_places, sign.first - 2 * _FARTHEST)
        high = bisect_left(self._site_places, sign.after + 2 * _FARTHEST)
        priced = [
            (cost, site)
            for site in self._fitting(self._sites[low:high], names)
            if self._clauses[site.first] == self._clauses[sign.first]
            for cost in [self._cost(sign, site)]
            if cost <= _FARTHEST
        ]
        if not priced:
            return []
        best = min(priced, key=lambda each: (each[0], each[1].first))[1]
        # "in my arm and leg": parts of the body in one list share the sign.
        chosen = [best]
        itself = _Place("", sign.first, sign.after)
        for _, site in sorted(priced, key=lambda each: each[1].first):
            if best.name not in self._lexicon.vague and site.name in self._lexicon.vague:
                continue
            if site not in chosen and any(_listed(self._words, one, site, self._lexicon) for one in (itself, *chosen)):
                chosen.append(site)
        return chosen

    def _cost(self, sign: Match[Term], site: _Place) -> int:
        low, high = (sign.after, site.first) if site.first >= sign.after else (site.after, sign.first)
        between = self._words[low:high]
        cost = len(between)
        for at, word in enumerate(between):
            if word.text in _BREAKS or word.text == "and":
                following = between[at + 1].text if at + 1 < len(between) else ""
                apart = following in self._lexicon.selves and not any(each.text in _PLURALS for each in between[at:])
                # "The left half of my face and my arm went dead": two parts in one list, with no word of their own.
                listed = site.first < sign.first and at == 0
                cost += _SUBJECT_COST if apart and not listed else _BREAK_COST
        others = bisect_left(self._sign_places, high) - bisect_left(self._sign_places, low)
        cost += _OTHER_SIGN_COST * others
        if site.name in self._lexicon.vague:
            cost += _VAGUE_COST
        tool = any(word.text == "with" for word in between[-3:])
        if site.first >= sign.after and not tool and (self._has_object(sign) or self._is_taken(between, site)):
            cost += _TAKEN_COST
        if site.first >= sign.after and any(word.text in _JOINED for word in between[:5]):
            cost -= _JOINED_GAIN
        return cost

    def _has_object(self, sign: Match[Term]) -> bool:
        """Whether a sign is something done to a thing ("dropped my phone"), and no part of the body follows."""
        words = self._words
        if sign.after >= len(words) or words[sign.after].text not in _OWNERS:
            return False
        low = bisect_left(self._site_places, sign.after)
        return low == len(self._sites) or self._sites[low].first > sign.after + 4

    def _is_taken(self, between: Sequence[Word], site: _Place) -> bool:
        """Whether a part of the body behind a comma or an "and" has a sign of its own ("... and my knee itches")."""
        if not any(word.text in _BREAKS or word.text == "and" for word in between):
            return False
        at = bisect_left(self._sign_places, site.after)
        if at == len(self._signs) or self._sign_places[at] > site.after + 3:
            return False
        span = self._words[site.after : self._sign_places[at]]
        return not any(word.text in _BREAKS or word.text == "and" for word in span)

    def _elsewhere(self, sign: Match[Term], names: tuple[str, ...]) -> list[_Place]:
        """A site in the next sentence, or else the one before, where no sign of its own stands."""
        own = self._words[sign.first].sentence
        for step in (1, 2, -1):
            there = self._fitting(self._sites_in.get(own + step, ()), names)
            if there and own + step not in self._sentences_with_sign:
                return there[:1]
        return []

    def _site_near(self, match: Match[Term]) -> Optional[str]:
        """The part of the body that a whole phrase names, or else the nearest one in its sentence."""
        inside = self._parts_between(match.first, match.after)
        if inside:
            return inside[-1].name
        sentence = self._words[match.first].sentence
        near = [
            (max(match.first - part.after, part.first - match.after), part.name)
            for part in self._parts_between(match.first - 5, match.after + 7)
            if self._words[part.first].sentence == sentence
        ]
        return min(near)[1] if near else None

    def _parts_between(self, low: int, high: int) -> Sequence[_Place]:
        return self._parts[bisect_left(self._part_places, low) : bisect_left(self._part_places, high)]


def _apart(sign: Match[Term], place: _Place) -> int:
    """How many words a sign and a place are apart."""
    return max(place.first - sign.after, sign.first - place.after, 0)


def _names(match: Match[Term], kind: str) -> tuple[str, ...]:
    return tuple(term.name for term in match.meanings if term.kind == kind)


def _listed(words: Sequence[Word], one: _Place, other: _Place, lexicon: Lexicon) -> bool:
    """Whether two parts of the body stand in one list, with nothing but small words between."""
    first, second = (one, other) if one.first < other.first else (other, one)
    between = words[first.after : second.first]
    return (
        0 < len(between) <= _LONGEST_LIST_STEP
        and any(word.text in _JOINS for word in between)
        and all(word.text in _JOINS or word.stem in lexicon.filler or word.text.isdigit() for word in between)
    )


def _joined_to(words: Sequence[Word], site: _Place, place: int) -> bool:
    """Whether nothing but an "and", a comma or the like stands between a part of the body and a place."""
    between = words[site.after : place]
    return 0 < len(between) <= 2 and all(word.text in _JOINS for word in between)


def _clauses(words: Sequence[Word]) -> list[int]:
    """The number of the clause that each word stands in; "but" begins a new one, as a full stop does."""
    numbers = []
    clause = 0
    sentence = 0
    for word in words:
        if word.sentence != sentence or word.text in ("but", "however", "although", "while", "whereas"):
            clause += 1
            sentence = word.sentence
        numbers.append(clause)
    return numbers
