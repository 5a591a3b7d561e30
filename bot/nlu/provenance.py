"""Which words of the knowledge made each finding of a reading: a phrase of its own, or a sign and a body part."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Optional

from bot.knowledge.problems import KeyPath
from bot.nlu.lexicon import Lexicon, Term
from bot.nlu.overlap import Claim, Phrases, Stems, meetings
from bot.nlu.phrases import Match
from bot.nlu.reading import Mention, Reading
from bot.nlu.words import Word


@dataclass(frozen=True)
class Maker:
    """What made a mention. `kind` is phrase, absence (a phrase that says that the finding is not there), sign, or
    unknown; `name` the sign; `text` the words of the message; `phrase`, `file` and `keys` where they are written."""

    kind: str
    text: str
    phrase: str = ""
    file: str = ""
    keys: KeyPath = ()
    name: str = ""
    site: Optional[str] = None
    site_text: str = ""

    def to_json(self) -> dict[str, Any]:
        """What is known of it, as plain data."""
        said = {"kind": self.kind, "text": self.text, "phrase": self.phrase, "file": self.file}
        return {**said, "sign": self.name or None, "site": self.site, "site_text": self.site_text}


def makers(reading: Reading, lexicon: Lexicon) -> list[Maker]:
    """What made each mention of a reading, in their order. The lexicon is the one that it was read with."""
    words = lexicon.lexer.words(reading.text)
    found = _Makers(reading.text, words, lexicon)
    return [found.maker(mention) for mention in reading.mentions]


class _Makers:
    def __init__(self, text: str, words: Sequence[Word], lexicon: Lexicon) -> None:
        self._text, self._words, self._lexicon = text, words, lexicon
        self._matches = lexicon.terms.find(words)
        self._stems = Stems(lexicon.lexer, lexicon.knowledge.language)

    def maker(self, mention: Mention) -> Maker:
        """The longest phrase of the finding inside the mention; else its sign and part of the body."""
        for kind, field in (("finding", "say"), ("absence", "say_not")):
            own = [each for each in self._inside(mention) if Term(kind, mention.finding) in each.meanings]
            if own:
                match = max(own, key=lambda each: each.after - each.first)
                place, phrase = self._written(mention.finding, field, match)
                keys: KeyPath = (mention.finding, field, place) if place >= 0 else (mention.finding,)
                file = self._lexicon.knowledge.findings[mention.finding].file
                return Maker("phrase" if kind == "finding" else "absence", self._said(match), phrase, file, keys)
        return self._sign(mention)

    def _sign(self, mention: Mention) -> Maker:
        """The sign nearest to the mention that makes its finding, and the part of the body nearest to that sign."""
        signs = sorted(
            ((self._far(mention, match), match, term.name) for match, term in self._terms("sign")),
            key=lambda each: each[0],
        )
        for _, match, sign in signs:
            sites = [
                (self._far(mention, other), abs(other.first - match.first), other, term.name)
                for other, term in self._terms("site")
                if mention.finding in self._lexicon.findings_of.get((sign, term.name), ())
            ]
            if sites:
                _, _, other, site = min(sites, key=lambda each: each[:2])
                return Maker("sign", self._said(match), name=sign, site=site, site_text=self._said(other))
            if mention.finding in self._lexicon.plain_findings(sign, alone=True):
                return Maker("sign", self._said(match), name=sign)
        return Maker("unknown", mention.text)

    def _terms(self, kind: str) -> list[tuple[Match[Term], Term]]:
        return [(match, term) for match in self._matches for term in match.meanings if term.kind == kind]

    def _inside(self, mention: Mention) -> list[Match[Term]]:
        return [match for match in self._matches if self._far(mention, match) == 0]

    def _far(self, mention: Mention, match: Match[Term]) -> int:
        """How many characters of the text lie between a mention and a match; 0 where they touch."""
        start, end = self._words[match.first].start, self._words[match.after - 1].end
        return max(0, start - mention.end + 1, mention.start - end + 1)

    def _said(self, match: Match[Term]) -> str:
        return self._text[self._words[match.first].start : self._words[match.after - 1].end]

    def _written(self, finding: str, field: str, match: Match[Term]) -> tuple[int, str]:
        """The phrase as its author wrote it, with its place in the list; -1 where several spellings hide it."""
        said, written = Phrases(self._stems), Phrases(self._stems)
        text = " ".join(re.sub(r"[|_@~]", " ", word.text) for word in self._words[match.first : match.after])
        said.add(text, Claim("", -1, text), whole=True)
        for place, phrase in enumerate(getattr(self._lexicon.knowledge.findings[finding], field)):
            written.add(phrase, Claim(finding, place, phrase))
        met = sorted(meetings(said, written, self._stems), key=lambda each: (each.skipped, each.other.place))
        return (met[0].other.place, met[0].other.phrase) if met else (-1, "")
