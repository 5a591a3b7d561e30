"""What is wrong with the words of the knowledge: phrases that several findings claim, that nothing can come of, or that
take words away from something else. For `signpost knowledge check`.

Of phrases that stand at one place in a message, the longest wins; those of one length all count. So the same words said
of two findings make both, and a phrase of a finding wins over a sign and a part of the body inside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Optional

from bot.knowledge import Knowledge, Problem
from bot.knowledge.model import Finding, urgency
from bot.knowledge.problems import KeyPath
from bot.nlu.compose import compose
from bot.nlu.lexicon import Lexicon
from bot.nlu.overlap import Claim, Phrases, Stems, meetings
from bot.nlu.slips import slips

_LANGUAGE = "language/en/"
_LOOKALIKES, _SIGNS, _SITES = (f"{_LANGUAGE}{name}.yml" for name in ("lookalikes", "signs", "sites"))
# A negation that must not be read as one: a finding may well be put in the same words.
_HARMLESS_CUES = frozenset({"not_denials"})
_SENTENCE_ENDS = frozenset(".!?;…")


def claims(knowledge: Knowledge, lexicon: Lexicon) -> Iterator[Problem]:
    """The problems of the words; warnings for what may be meant so. The lexicon is that of the same knowledge."""
    yield from _Claims(knowledge, lexicon).problems()


class _Claims:
    def __init__(self, knowledge: Knowledge, lexicon: Lexicon) -> None:
        self._knowledge, self._lexicon = knowledge, lexicon
        language = knowledge.language
        self._signs: Mapping[str, list[Any]] = language["signs"]
        self._sites: Mapping[str, Any] = language["sites"]
        self._lookalikes = [str(phrase) for phrase in language["lookalikes"]["phrases"]]
        self._on_purpose = {str(phrase) for phrase in language["lookalikes"].get("on_purpose", ())}
        self._stems = Stems(lexicon.lexer, language)
        self._findings = self._phrases((name, each.say) for name, each in knowledge.findings.items())
        self._lone_signs = self._phrases(self._signs.items())
        self._composed = self._compositions()

    def problems(self) -> Iterator[Problem]:
        """All of them, one kind after the other."""
        yield from self._of_two_findings()
        yield from self._said_and_denied()
        yield from self._over_compositions()
        yield from self._dead_signs()
        yield from self._lookalike_problems()
        yield from self._unsayable()
        yield from self._cue_words()
        for finding, place, slip, word in slips(self._knowledge, self._lexicon):
            words = (
                f'"{slip}" is one slip away from "{word}", and slips are seen through: but a word that is written here '
                f'counts as right, and no other phrase with "{word}" is found in it any more. Take it out, or put '
                f"{slip}: {word} among the spellings of {_LANGUAGE}skip.yml."
            )
            yield self._problem(finding, place, words, warning=True)

    def _phrases(self, lists: Iterable[tuple[str, Iterable[object]]]) -> Phrases:
        phrases = Phrases(self._stems)
        for name, say in lists:
            for place, phrase in enumerate(say):
                phrases.add(str(phrase), Claim(name, place, str(phrase)))
        return phrases

    def _compositions(self) -> Phrases:
        """Each sign before and behind the parts of the body with which it makes a finding."""
        phrases = Phrases(self._stems)
        together: dict[tuple[str, str], list[str]] = {}
        for (sign, site), names in self._lexicon.findings_of.items():
            for name in names:
                together.setdefault((name, sign), []).append(site)
        for (name, sign), sites in together.items():
            parts = [str(phrase) for site in sites for phrase in self._sites[site]["say"]]
            signs = [str(phrase) for phrase in self._signs[sign]]
            claim = Claim(name, -1, sign)
            phrases.add_pairs(signs, parts, claim)
            phrases.add_pairs(parts, signs, claim)
        return phrases

    def _of_two_findings(self) -> Iterator[Problem]:
        done: set[tuple[str, int, str]] = set()
        for each in meetings(self._findings, self._findings, self._stems):
            one, other = self._knowledge.findings[each.one.name], self._knowledge.findings[each.other.name]
            if self._agreed(one, other) or other.id in self._knowledge.broader(one.id):
                # The narrower may say what the broader says and more; the other way round it is told.
                continue
            narrower = one.id in self._knowledge.broader(other.id)
            pair = [(one, each.one), (other, each.other)]
            (keeper, kept), (claimer, claim) = pair if narrower else sorted(pair, key=lambda it: (it[0].file, it[0].id))
            if (claimer.id, claim.place, keeper.id) in done:
                continue
            done.add((claimer.id, claim.place, keeper.id))
            words = f'"{each.words}" is said of "{keeper.id}" too ({keeper.file}, "{_short(kept.phrase)}")'
            if narrower:
                words += (
                    f', which "{claimer.id}" is a kind of: whoever says it is taken to have the narrower one. Keep it '
                    f"under one of them; where it means the narrower one in most mouths, write overlaps: [{keeper.id}] "
                    f"under {claimer.id}."
                )
            else:
                words += (
                    ", and makes both. A phrase belongs to one finding: take it out of the other; where it means both, "
                    f"write overlaps: [{keeper.id}] under {claimer.id}."
                )
            yield self._problem(claimer, claim.place, words, warning=narrower or each.skipped > 0)

    def _said_and_denied(self) -> Iterator[Problem]:
        """Phrases that say of one finding that it is there, and of another, or the same, that it is not."""
        absences = Phrases(self._stems)
        for finding in self._knowledge.findings.values():
            for place, phrase in enumerate(finding.say_not):
                absences.add(phrase, Claim(f"not {finding.id}", place, phrase))
        for each in meetings(absences, self._findings, self._stems):
            finding = self._knowledge.findings[each.one.name.removeprefix("not ")]
            other = self._knowledge.findings[each.other.name]
            if not each.skipped and not self._agreed(finding, other):
                words = (
                    f'"{each.words}" says that "{finding.id}" is not there, and is also a phrase of "{other.id}" '
                    f'({other.file}, "{_short(each.other.phrase)}"). Take it out of one; where it says both, write '
                    f"overlaps: [{other.id}] under {finding.id}."
                )
                keys: KeyPath = (finding.id, "say_not", each.one.place)
                yield Problem(finding.file, keys, words, warning=finding is not other)

    def _over_compositions(self) -> Iterator[Problem]:
        """Phrases that win over a sign and a part of the body which make a finding that weighs more, or a narrower."""
        done: set[tuple[str, int, str]] = set()
        for each in meetings(self._findings, self._composed, self._stems):
            one, other = self._knowledge.findings[each.one.name], self._knowledge.findings[each.other.name]
            narrower = one.id in self._knowledge.broader(other.id)
            key = (one.id, each.one.place if narrower else -1, other.id)
            if other.id in self._knowledge.broader(one.id) or key in done:
                continue
            takes = f'"{each.words}", a phrase of "{one.id}", wins over the sign "{each.other.phrase}" in that part of '
            takes += f'the body, which makes "{other.id}" ({other.file})'
            if narrower:
                done.add(key)
                words = f'{takes}, a kind of "{one.id}": the narrower is lost. Take the phrase out.'
                yield self._problem(one, each.one.place, words)
            elif self._weight(one) < self._weight(other) and not self._agreed(one, other):
                done.add(key)
                words = f"{takes} and can be more urgent. Take it out, or, where it is meant so, write "
                words += f"overlaps: [{other.id}] under {one.id}."
                yield self._problem(one, each.one.place, words, warning=True)

    def _dead_signs(self) -> Iterator[Problem]:
        done: set[Claim] = set()
        for each in meetings(self._findings, self._lone_signs, self._stems):
            if not each.skipped and each.other not in done:
                done.add(each.other)
                file = self._knowledge.findings[each.one.name].file
                words = (
                    f'"{each.words}" is also a phrase of the finding "{each.one.name}" ({file}), which wins: the sign '
                    f'"{each.other.name}" is never put together with a part of the body in these words. Take it out of '
                    "one of them."
                )
                yield Problem(_SIGNS, (each.other.name, each.other.place), words, warning=True)

    def _lookalike_problems(self) -> Iterator[Problem]:
        lookalikes = Phrases(self._stems)
        for place, phrase in enumerate(self._lookalikes):
            lookalikes.add(phrase, Claim("", place, phrase), whole=True)
        sites = self._phrases((name, entry["say"]) for name, entry in self._sites.items())
        found = [("finding", each) for each in meetings(lookalikes, self._findings, self._stems)]
        found += [("sign", each) for each in meetings(lookalikes, self._lone_signs, self._stems) if not each.skipped]
        found += [("site", each) for each in meetings(lookalikes, sites, self._stems) if not each.skipped]
        done: set[tuple[Claim, str]] = set()
        for kind, each in found:
            if (each.one, each.other.name) in done:
                continue
            done.add((each.one, each.other.name))
            file = {"sign": _SIGNS, "site": _SITES}.get(kind) or self._knowledge.findings[each.other.name].file
            words = (
                f'"{each.words}" is nothing of ours here, and the {kind} "{each.other.name}" in {file} '
                f'("{_short(each.other.phrase)}"): the {kind} wins, and the lookalike is in vain. Take it out of one '
                "of them, or make the lookalike longer."
            )
            yield Problem(_LOOKALIKES, ("phrases", each.one.place), words, warning=True)
        for each in meetings(lookalikes, self._composed, self._stems):
            if not each.skipped and each.one.phrase not in self._on_purpose:
                words = (
                    f'"{each.words}" is the sign "{each.other.phrase}" in a part of the body, which makes '
                    f'"{each.other.name}": the lookalike always silences it. Make it longer, or, where it is meant so, '
                    f'list "{each.one.phrase}" under on_purpose as well.'
                )
                yield Problem(_LOOKALIKES, ("phrases", each.one.place), words, warning=True)

    def _unsayable(self) -> Iterator[Problem]:
        """Phrases that are not found where they are said; findings of rules that nothing said can yield."""
        for finding in self._knowledge.findings.values():
            faults = {place: self._fault(finding, self._readings(phrase)) for place, phrase in enumerate(finding.say)}
            sayable = not all(faults.values()) or any(self._composes(finding, *pair) for pair in finding.compose)
            rules = self._knowledge.rules_of(finding.id)
            if sayable or not (finding.say or finding.compose) or not rules:
                for place, fault in faults.items():
                    if fault:
                        yield self._problem(finding, place, f"nobody can say {fault} Mend it or take it out.")
                continue
            why = next(iter(faults.values()), None) or "its sign is never read in that part of the body."
            words = f'nobody can say "{finding.id}", which rule "{rules[0].id}" needs: {why} Give it words of its own.'
            yield Problem(finding.file, (finding.id,), words)

    def _readings(self, phrase: str) -> list[str]:
        """A phrase with its first alternatives; with each of them in turn where a sentence may end inside it."""
        slots = [[way.replace("_", " ") for way in slot] for slot in self._stems.slots(phrase) if slot]
        turns = max(map(len, slots), default=1) if _SENTENCE_ENDS & set(phrase) else 1
        return [" ".join(slot[min(turn, len(slot) - 1)] for slot in slots) for turn in range(turns)]

    def _composes(self, finding: Finding, sign: str, site: str) -> bool:
        says = [self._readings(str(phrase))[0] for phrase in self._signs[sign]]
        parts = [self._readings(str(phrase))[0] for phrase in self._sites[site]["say"]]
        texts = (text for one in says for part in parts or ("",) for text in (f"{one} in {part}", f"{part} {one}"))
        return any(self._found(finding, text) for text in texts)

    def _found(self, finding: Finding, text: str) -> bool:
        words = self._lexicon.lexer.words(text)
        terms = self._lexicon.terms.find(words)
        return any(each.finding == finding.id for each in compose(words, self._lexicon, terms))

    def _fault(self, finding: Finding, readings: Iterable[str]) -> Optional[str]:
        """Why a phrase is not found where it is said, one way or another; None where it always is."""
        for text in readings:
            words = self._lexicon.lexer.words(text)
            terms = self._lexicon.terms.find(words)
            found = [term for match in terms for term in match.meanings]
            if any(term.kind == "finding" and term.name == finding.id for term in found):
                continue
            if words and words[-1].sentence != words[0].sentence:
                return f'"{text}": a sentence ends inside it, and no phrase is read across the end of one.'
            if any(term.kind == "lookalike" for term in found):
                return f'"{text}": a lookalike hides it ({_LOOKALIKES}).'
            if found:
                return f'"{text}": it is read as {", ".join(sorted({term.name for term in found}))}.'
            return f'"{text}": there is no word in it, or it is longer than can be read.'
        return None

    def _cue_words(self) -> Iterator[Problem]:
        lists = self._knowledge.language["cues"]
        for finding in self._knowledge.findings.values():
            for place, phrase in enumerate(finding.say):
                said = self._lexicon.cues.meanings(self._lexicon.lexer.phrase(phrase))
                kinds = {name for cue in said for name in lists if name.startswith(cue.kind[:-1])}
                for kind in sorted(kinds - {*_HARMLESS_CUES, *finding.overlaps})[:1]:
                    words = (
                        f'"{phrase}" is also said of other findings ({kind}, in {_LANGUAGE}cues.yml): beside another '
                        "finding it makes this one too. Say it in more words; where it is meant so, write "
                        f"overlaps: [{kind}] under {finding.id}."
                    )
                    yield self._problem(finding, place, words, warning=True)

    def _agreed(self, one: Finding, other: Finding) -> bool:
        return other.id in one.overlaps or one.id in other.overlaps

    def _weight(self, finding: Finding) -> int:
        """The most urgent rule that a finding can lead to."""
        return max((urgency(rule.level) for rule in self._knowledge.rules_of(finding.id)), default=0)

    def _problem(self, finding: Finding, place: int, words: str, warning: bool = False) -> Problem:
        keys: KeyPath = (finding.id, "say", place)
        return Problem(finding.file, keys, words, warning=warning)


def _short(phrase: str) -> str:
    return phrase if len(phrase) <= 60 else f"{phrase[:57]}..."
