"""Names of persons: after words that announce one, and given names that are no words of ordinary texts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.records.redaction_words import Found, Words, either

_BIG = r"(?:[A-ZÀ-ÖØ-ÞĀŁŚŻČŠŽ]['’]?[^\W\d_]+(?:['’-][^\W\d_]+)*)"
_INITIAL = r"(?:[A-Z]\.)"
# How far the words of one name may be from each other, and how many they are at most.
_MOST = 3
# A name learned in one message goes from the others where it is long enough to be one.
FEWEST = 3


class NameFinder:
    """Finds the names of persons. What has no capital is a name only right after "my name is" and its like."""

    def __init__(self, lists: Words) -> None:
        self._given = frozenset(lists.of("given_names"))
        self._also = self._given | frozenset(lists.of("words_too"))
        self._not = frozenset([*lists.of("not_names"), *lists.of("titles")])
        self._endings = tuple(lists.of("no_name_endings"))
        self._illness = frozenset(lists.of("illness_words"))
        particle = lists.any("particles")
        follows = rf"(?:(?:{particle} ){{0,2}}(?:{_BIG}|{_INITIAL}))"
        self._next = re.compile(rf" {follows}")
        self._particles = re.compile(rf"(?:{particle} ){{1,3}}")
        self._one = re.compile(rf"(?:{_BIG}|{_INITIAL})")
        self._word = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
        self._big = re.compile(rf"(?<![\w@]){_BIG}")
        title = rf"(?i:\b{lists.any('titles')}\b)\.?"
        relative = rf"(?i:\b(?:my|our|his|her|their|the)\s+(?:\w+\s+)?{lists.any('relatives')}\b)(?:['’]s name is)?"
        self._surely = re.compile(rf"\b{either(lists.of('named_by'))}\s+", re.IGNORECASE)
        self._maybe = re.compile(rf"(?<![\w'’]){either(lists.of('maybe_named_by'))}\s+", re.IGNORECASE)
        self._titled = re.compile(rf"{title} ")
        self._related = re.compile(rf"{relative},?(?: called| named)?[ ,(]{{1,2}}")
        self._closed = re.compile(
            rf"(?i:\b{lists.any('closings')}\b(?: (?:in advance|again|for [\w ]{{1,40}}|very much|so much|always))?)"
            r"[ ,.!:;–-]*\n?[ \t–-]*"
        )
        self._last = re.compile(
            rf"(?:^|\n)[ \t–-]*(?P<name>(?:{_BIG}|{_INITIAL})(?: (?:{_BIG}|{_INITIAL})){{0,2}})[ .]*$"
        )
        self._is_my = re.compile(
            rf"(?P<name>{_BIG})(?=,? (?:is|was) (?:my|our) {lists.any('relatives')}\b)"
            rf"|(?:^|[.!?\n] ?)(?P<here>{_BIG}(?: {_BIG})?)(?= (?:here|speaking)\b)"
        )
        self._han = re.compile(r"(?:我叫|我的名字[是叫]?|名字[是叫]|姓名[:：]?)\s?(?P<name>[一-鿿]{2,4})")

    def find(self, text: str, known: frozenset[str] = frozenset()) -> Iterator[Found]:
        """Every name in a text, in no order. `known` are words that were names in other texts, in small letters."""
        for start, end in self._places(text, known):
            yield start, end, "name"

    def parts(self, plain: tuple[str, list[int]]) -> list[str]:
        """The words of a name that was found, as `known` has them; what could be an ordinary word is left out."""
        found = [each[0].lower() for each in self._word.finditer(plain[0])]
        return [word for word in found if len(word) >= FEWEST and word not in self._not and self._unusual(word)]

    def _unusual(self, word: str) -> bool:
        return word in self._given or word not in self._also

    def _places(self, text: str, known: frozenset[str]) -> Iterator[tuple[int, int]]:
        for each in self._surely.finditer(text):
            yield from self._name(text, each.end(), small=True, trusted=True)
        for each in self._maybe.finditer(text):
            # "This is" and its like are followed by much that is no name: there it must be one that we know.
            sure = not each[0].lower().startswith(("this", "it"))
            yield from self._name(text, each.end(), small=True, trusted=False, guess=sure)
        for each in self._titled.finditer(text):
            yield from self._name(text, each.end(), trusted=True)
        for each in self._related.finditer(text):
            yield from self._name(text, each.end(), guess=True)
        for each in self._closed.finditer(text):
            yield from self._closing(text, each.end())
        last = self._last.search(text)
        if last and "\n" in text.rstrip() and text[: last.start("name")].rstrip()[-1:] in ",-–":
            yield last.span("name")
        for each in self._is_my.finditer(text):
            name = "name" if each["name"] else "here"
            if self._likely(each[name].split()[0]):
                yield each.span(name)
        yield from (each.span("name") for each in self._han.finditer(text))
        for each in self._big.finditer(text):
            first = each[0].partition("'")[0].partition("’")[0]
            if self._is_given(first) and not self._names_illness(text, each.start() + len(first)):
                yield each.start(), self._end(text, each.start() + len(first))
        if known:
            for each in self._word.finditer(text):
                word = each[0].lower().removesuffix("'s").removesuffix("’s")
                if word in known:
                    yield each.start(), each.start() + len(word)

    def _name(
        self, text: str, start: int, *, small: bool = False, trusted: bool = False, guess: bool = False
    ) -> Iterator[tuple[int, int]]:
        """The name that begins at `start`, if one does: a capital where it is `trusted` or a good `guess`; one in
        small letters where `small` and trusted, or where it is a given name."""
        particles = self._particles.match(text, start) if trusted and not small else None
        big = self._one.match(text, particles.end() if particles else start)
        if big:
            word = big[0].rstrip(".").lower()
            # A name that is a word too counts after "my son", and after "this is" it does not: "it's May".
            known = word in (self._also if trusted or guess else self._given)
            likely = known or (word not in self._not and (trusted or (guess and self._likely(big[0]))))
            if likely and not self._names_illness(text, big.end()):
                yield start, self._end(text, big.end())
            return
        word_there = self._word.match(text, start) if small else None
        if word_there:
            word = word_there[0].lower()
            if word in self._not or (not trusted and word not in self._given):
                return
            end = word_there.end()
            # Two words in small letters: a first and a last name, unless the sentence goes on.
            second = self._word.match(text, end + 1) if trusted and text[end : end + 1] == " " else None
            if (
                second
                and second[0].lower() not in self._not
                and text[second.end() : second.end() + 1] in ("", ",", ".", "\n")
            ):
                end = second.end()
            yield start, end

    def _closing(self, text: str, start: int) -> Iterator[tuple[int, int]]:
        big = self._one.match(text, start)
        if big is None or (big[0].lower() in self._not and not big[0].endswith(".")):
            return
        end = self._end(text, big.end())
        # A signature ends its line, or only an age or the like follows it.
        if text[end : end + 1] in ("", ",", "\n", "(") or text[end:].strip(" .!") == "":
            yield start, end

    def _end(self, text: str, end: int) -> int:
        """Where a name ends whose first word ends at `end`: its other words have capitals and are no sentence."""
        if text[end : end + 1] == "." and text[end - 1 : end].isupper():
            end += 1
        for _ in range(_MOST - 1):
            more = self._next.match(text, end)
            if more is None:
                break
            word = more[0].rsplit(" ", 1)[-1].rstrip(".").lower()
            if word in self._not or self._names_illness(text, more.end()) or word in self._illness:
                break
            end = more.end()
        return end

    def _is_given(self, word: str) -> bool:
        # Three capitals are the name of a test.
        short = word.isupper() and len(word) <= FEWEST
        return not short and all(part in self._given for part in word.lower().split("-"))

    def _likely(self, word: str) -> bool:
        """Whether a word with a capital may be a name that we do not know: no ordinary word, by list or by ending."""
        small = word.lower()
        if small in self._also:
            return True
        return small not in self._not and not word.isupper() and not small.endswith(self._endings)

    def _names_illness(self, text: str, end: int) -> bool:
        """Whether the word before `end` belongs to the name of an illness or a test."""
        rest = re.match(r"(?:['’]s?)?(?:-[A-Z]\w+)*(?: [A-Z]\w+)? ?(\w*)", text[end : end + 60])
        after = text[end : end + 40].lstrip("'’s ").split(maxsplit=1)
        words = {rest[1].lower() if rest else "", *(each.strip(".,;:?!").lower() for each in after[:1])}
        return bool(words & self._illness)
