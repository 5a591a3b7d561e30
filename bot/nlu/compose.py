"""Findings in a text: whole phrases, and signs put together with the part of the body they are in.

The two make one finding where they stand in one clause, apart or not, or where the part of the body follows in the
next sentence ("It's in my left cheek").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Optional

from bot.nlu.lexicon import Lexicon, Term
from bot.nlu.phrases import Match
from bot.nlu.words import Word

_JOINED = frozenset({"in", "of", "on", "around", "round", "near", "under", "at", "to", "below", "above", "inside"})
_BREAKS = frozenset({",", ":", "-", "(", ")"})
_JOINS = frozenset({"and", "or", ",", "/", "&", "both"})
_FARTHEST, _LONGEST_LIST_STEP = 14, 8
# How much a word between a sign and a site weighs, compared with any other word.
_BREAK_COST, _OTHER_SIGN_COST, _JOINED_GAIN = 3, 6, 3


class Found(NamedTuple):
    """A finding in the words: the places it covers, those of the phrase that carries it, and its site."""

    finding: str
    first: int
    after: int
    core: int
    core_after: int
    site: Optional[str]


class _Place(NamedTuple):
    name: str
    first: int
    after: int


def compose(words: Sequence[Word], lexicon: Lexicon) -> list[Found]:
    """The findings of a text in the order of their words."""
    matches = lexicon.terms.find(words)
    signs = [(match, _names(match, "sign")) for match in matches if _names(match, "sign")]
    sites = [_Place(name, match.first, match.after) for match in matches for name in _names(match, "site")]
    found = [
        Found(name, match.first, match.after, match.first, match.after, _site_near(words, sites, match))
        for match in matches
        for name in _names(match, "finding")
    ]
    taken = {match.first for match in matches if _names(match, "finding")}
    clauses = _clauses(words)
    for match, names in signs:
        if match.first in taken:
            continue
        found += _placed(words, lexicon, match, names, sites, [each for each, _ in signs], clauses)
    return sorted(set(found), key=lambda each: (each.core, each.first, each.finding))


def _names(match: Match[Term], kind: str) -> tuple[str, ...]:
    return tuple(term.name for term in match.meanings if term.kind == kind)


def _placed(
    words: Sequence[Word],
    lexicon: Lexicon,
    sign: Match[Term],
    names: tuple[str, ...],
    sites: Sequence[_Place],
    signs: Sequence[Match[Term]],
    clauses: Sequence[int],
) -> list[Found]:
    groups = [site for site in sites if any((name, site.name) in lexicon.findings_of for name in names)]
    near = _nearest(words, lexicon, sign, groups, signs, clauses)
    if not near:
        near = _elsewhere(words, sign, groups, signs)
    found = []
    for site in near:
        for name in names:
            for finding in lexicon.findings_of.get((name, site.name), ()):
                apart = words[site.first].sentence != words[sign.first].sentence
                first = sign.first if apart else min(sign.first, site.first)
                after = sign.after if apart else max(sign.after, site.after)
                found.append(Found(finding, first, after, sign.first, sign.after, site.name))
    if not found:
        plain = [lexicon.plain_finding(name) for name in names]
        found = [
            Found(name, sign.first, sign.after, sign.first, sign.after, None) for name in plain if name is not None
        ]
    return found


def _nearest(
    words: Sequence[Word],
    lexicon: Lexicon,
    sign: Match[Term],
    sites: Sequence[_Place],
    signs: Sequence[Match[Term]],
    clauses: Sequence[int],
) -> list[_Place]:
    priced = [
        (cost, site)
        for site in sites
        if clauses[site.first] == clauses[sign.first]
        for cost in [_cost(words, sign, site, signs)]
        if cost <= _FARTHEST
    ]
    if not priced:
        return []
    best = min(priced, key=lambda each: (each[0], each[1].first))[1]
    # "in my arm and leg": parts of the body in one list share the sign.
    chosen = [best]
    itself = _Place("", sign.first, sign.after)
    for _, site in sorted(priced, key=lambda each: each[1].first):
        if site not in chosen and any(_listed(words, one, site, lexicon) for one in (itself, *chosen)):
            chosen.append(site)
    return chosen


def _cost(words: Sequence[Word], sign: Match[Term], site: _Place, signs: Sequence[Match[Term]]) -> int:
    if site.first >= sign.after:
        low, high = sign.after, site.first
    else:
        low, high = site.after, sign.first
    between = words[low:high]
    cost = len(between)
    cost += sum(_BREAK_COST for word in between if word.text in _BREAKS or word.text == "and")
    cost += sum(_OTHER_SIGN_COST for other in signs if other is not sign and low <= other.first < high)
    if site.first >= sign.after and any(word.text in _JOINED for word in between[:5]):
        cost -= _JOINED_GAIN
    return cost


def _listed(words: Sequence[Word], one: _Place, other: _Place, lexicon: Lexicon) -> bool:
    """Whether two parts of the body stand in one list, with nothing but small words between."""
    first, second = (one, other) if one.first < other.first else (other, one)
    between = words[first.after : second.first]
    return (
        0 < len(between) <= _LONGEST_LIST_STEP
        and any(word.text in _JOINS for word in between)
        and all(word.text in _JOINS or word.stem in lexicon.filler for word in between)
    )


def _elsewhere(
    words: Sequence[Word], sign: Match[Term], sites: Sequence[_Place], signs: Sequence[Match[Term]]
) -> list[_Place]:
    """A site in the next sentence, or else the one before, where no sign of its own stands."""
    own = words[sign.first].sentence
    with_sign = {words[each.first].sentence for each in signs}
    for step in (1, 2, -1):
        there = [site for site in sites if words[site.first].sentence == own + step]
        if there and own + step not in with_sign:
            return there[:1]
    return []


def _site_near(words: Sequence[Word], sites: Sequence[_Place], match: Match[Term]) -> Optional[str]:
    sentence = words[match.first].sentence
    near = [
        (abs(site.first - match.first), site.name)
        for site in sites
        if words[site.first].sentence == sentence and -4 <= site.first - match.after <= 6
    ]
    return min(near)[1] if near else None


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
