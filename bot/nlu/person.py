"""Who the patient is, as far as it was said: age in years, sex, pregnancy, illnesses, medicines and what happened."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Optional

from bot.knowledge import Knowledge
from bot.nlu.lexicon import Lexicon
from bot.nlu.reading import ABSENT, PAST, PATIENT, PRESENT, Mention, Person
from bot.nlu.words import ENDS, Word

# A day, a week and a month in years.
_YEARS = {"day": 1 / 365.25, "week": 7 / 365.25, "month": 1 / 12}
_OLDEST = 120
# A number that stands alone between commas or as a sentence is an age only where a grown person's would be.
_BARE_FROM, _BARE_TO = 14, 105
_NUMBER = re.compile(r"(\d{1,3})([a-z]*)")
_BETWEEN = frozenset({"-", "/", "(", ",", ":"})
_PAUSES = frozenset({",", "(", ")", "-", "/", *ENDS})
_REACH = 4


class _Age(NamedTuple):
    """An age in years, the place of its number, and how sure it is that it is one (the less, the surer)."""

    years: float
    place: int
    doubt: int


class PersonReader:
    """Reads who a message is about, with the words of one knowledge version."""

    def __init__(self, knowledge: Knowledge, lexicon: Lexicon) -> None:
        words = knowledge.language["people"]
        self._lexicon = lexicon
        self._kinds = {each.id: each.kind for each in knowledge.findings.values()}
        self._numbers = {str(name): float(value) for name, value in words["numbers"].items()}
        self._tens = {str(name): float(value) for name, value in words["tens"].items()}
        self._not_old = _set(words["not_old"])
        self._for, self._then = _set(words["not_before_age"]), _set(words["then"])
        self._stages: dict[str, list[tuple[list[str], float]]] = {}
        for name, value in words["stages"].items():
            self._stages.setdefault(str(name).split()[0], []).append((str(name).split(), float(value)))
        self._no_ages = _set(words["no_ages"])
        self._years_old = _set(words["years_old"])
        self._units = {str(name): str(unit) for name, unit in words["young_units"].items()}
        self._old, self._ages, self._being = (_set(words[name]) for name in ("old", "aged", "being"))
        self._sexes = {str(word): sex for sex in ("female", "male") for word in (*words[sex], *words["relations"][sex])}
        self._told = {str(word): sex for sex in ("female", "male") for word in words[sex]}
        self._letters = {"f": "female", "m": "male"}
        named = words["pregnancy"]
        self._pregnancy = frozenset(
            name for each in named if each in knowledge.findings for name in (str(each), *knowledge.narrower(str(each)))
        )

    def read(
        self, words: Sequence[Word], mentions: Sequence[Mention], whom: str = ""
    ) -> tuple[Person, Optional[tuple[int, int]]]:
        """The person of a message, and the characters in which their age stands, None where it is not said in numbers.

        `whom` names the person where the message is about somebody else than the writer ("daughter").
        Conditions, medicines and events are the ids of findings of those kinds that are present in the patient; an
        event counts as well when it is over.
        """
        texts, places = _texts(words)
        about_other = bool(whom)
        own = [each for each in mentions if each.experiencer == PATIENT]
        ages = sorted(self._age_candidates(texts, about_other), key=lambda each: (each.doubt, each.place))
        age = ages[0] if ages else None
        person = Person(
            age=round(age.years, 2) if age else self._stage(texts),
            sex=self._sexes.get(whom) or self._sex(texts, age, about_other),
            pregnant=self._is_pregnant(own),
            conditions=self._of_kind("condition", own, (PRESENT,)),
            medicines=self._of_kind("medicine", own, (PRESENT,)),
            events=self._of_kind("event", own, (PRESENT, PAST)),
        )
        if age is None:
            return person, None
        number = words[places[age.place]]
        return person, (number.start, number.end)

    def _of_kind(self, kind: str, mentions: Sequence[Mention], statuses: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(
            dict.fromkeys(
                each.finding
                for each in mentions
                if self._kinds[each.finding] == kind and each.status in statuses and each.experiencer == PATIENT
            )
        )

    def _is_pregnant(self, mentions: Sequence[Mention]) -> Optional[bool]:
        said = {each.status for each in mentions if each.finding in self._pregnancy}
        if PRESENT in said:
            return True
        return False if ABSENT in said else None

    def _age_candidates(self, texts: Sequence[str], about_other: bool) -> Iterator[_Age]:
        for place, text in enumerate(texts):
            match = _NUMBER.fullmatch(text) if text[:1].isdigit() else None
            if match is not None:
                if float(match[1]) <= _OLDEST:
                    yield from self._age_at(texts, place, place, float(match[1]), match[2], about_other)
            elif text in self._numbers or text in self._tens:
                number, last = self._in_words(texts, place)
                yield from self._age_at(texts, place, last, number, "", about_other)

    def _in_words(self, texts: Sequence[str], place: int) -> tuple[float, int]:
        """A number in words and the place of its last word: "seventy-nine"."""
        tens = self._tens.get(texts[place])
        if tens is None:
            return self._numbers[texts[place]], place
        at = place + 2 if texts[place + 1 : place + 2] == ["-"] else place + 1
        unit = self._numbers.get(texts[at], 10.0) if at < len(texts) else 10.0
        return (tens + unit, at) if unit < 10 else (tens, place)

    def _age_at(
        self, texts: Sequence[str], place: int, last: int, number: float, glued: str, about_other: bool
    ) -> Iterator[_Age]:
        before = texts[max(0, place - _REACH) : place]
        if any(word in self._then and "was" in before[at:] for at, word in enumerate(before)):
            # "Since I was nineteen" tells an age of then.
            return
        at = last + 1
        unit = glued
        if not unit and at < len(texts) and texts[at] in ("-", "/") and at + 1 < len(texts):
            at += 1
        if not unit and at < len(texts):
            unit, at = texts[at], at + 1
        after = self._skip(texts, at)
        following = texts[after] if after < len(texts) else ""
        whose = self._before(texts, place)
        if unit in self._years_old:
            grown = following in self._old or following in self._told or following in self._letters
            # "7yrs" beside "my son" is his age; "for 7yrs" is none.
            if grown or unit in self._old or whose:
                yield _Age(number, place, 0 if bool(whose == "other") == about_other else 1)
        elif unit in self._units:
            if following in self._old or (whose == "other" and following not in self._not_old):
                yield _Age(number * _YEARS[self._units[unit]], place, 0)
        elif unit in self._told or (unit in self._letters and self._sexed(texts, place, number, glued)):
            yield _Age(number, place, 1)
        elif not glued and unit not in self._no_ages and not unit[:1].isdigit():
            if whose:
                yield _Age(number, place, 1 if bool(whose == "other") == about_other else 2)
            elif self._alone(texts, place) and _BARE_FROM <= number <= _BARE_TO:
                yield _Age(number, place, 3)
        elif glued == "s" and any(
            word in self._being or word in ("my", "his", "her") for word in texts[max(0, place - 3) : place]
        ):
            yield _Age(number + 5, place, 2)

    def _sexed(self, texts: Sequence[str], place: int, number: float, glued: str) -> bool:
        """Whether a number with "m" or "f" is an age and a sex ("45M", "69 m."), and not "for 2 m", "a 5 m walk"."""
        if place and texts[place - 1] in self._for:
            return False
        after = texts[place + 2] if place + 2 < len(texts) else ""
        grown = _BARE_FROM <= number <= _BARE_TO
        return (bool(glued) and (grown or texts[place].endswith("f"))) or (grown and after in ("", *_PAUSES))

    def _skip(self, texts: Sequence[str], at: int) -> int:
        return at + 1 if at < len(texts) and texts[at] in ("-", "/", "of") else at

    def _before(self, texts: Sequence[str], place: int) -> str:
        """Whose age a number is by the words before it: "self" ("I am", "aged"), "other" ("my son is", "Mum (77)")."""
        words = [word for word in texts[max(0, place - _REACH) : place] if word not in _BETWEEN]
        if not words:
            return ""
        if words[-1] in self._ages:
            return "self" if not any(word in self._lexicon.others for word in words) else "other"
        near = [word for word in words[-3:] if word not in self._being]
        if len(near) == len(words[-3:]) and words[-1] not in self._lexicon.others:
            return ""
        if near and (near[-1] in self._lexicon.others or near[-1] in self._lexicon.pronouns):
            return "other"
        return "self" if near and near[-1] in ("i",) else ""

    def _alone(self, texts: Sequence[str], place: int) -> bool:
        before = texts[place - 1] if place else "."
        now = place + 1 < len(texts) and texts[place + 1] == "now"
        after = texts[place + 1 + now] if place + 1 + now < len(texts) else "."
        return before in _PAUSES and after in _PAUSES and before not in ("/", "-") and after not in ("/", "-", ":")

    def _stage(self, texts: Sequence[str]) -> Optional[float]:
        for place, text in enumerate(texts):
            for words, years in self._stages.get(text, ()):
                # "As a toddler I had fits" tells of former times.
                former = place > 1 and texts[place - 1] == "a" and texts[place - 2] in ("as", "was", "were")
                if not former and list(texts[place : place + len(words)]) == words:
                    return years
        return None

    def _sex(self, texts: Sequence[str], age: Optional[_Age], about_other: bool) -> Optional[str]:
        if age is not None:
            match = _NUMBER.fullmatch(texts[age.place])
            if match and match[2][-1:] in self._letters and match[2] in ("f", "m", "yof", "yom", "yf", "ym"):
                return self._letters[match[2][-1]]
            near = texts[age.place + 1 : age.place + 2 + _REACH]
            for word in near:
                if word in self._told:
                    return self._told[word]
            if near and near[0] in self._letters:
                return self._letters[near[0]]
        said = {
            self._told[word]
            for place, word in enumerate(texts)
            if word in self._told and not any(each in ("my", "the", "our") for each in texts[max(0, place - 2) : place])
        }
        if about_other:
            # "My toddler ... he": where the relative's name tells nothing, the pronoun does.
            said = said or {self._sexes[word] for word in texts if word in self._sexes and word not in self._told}
        return said.pop() if len(said) == 1 else None


def _texts(words: Sequence[Word]) -> tuple[list[str], list[int]]:
    """The words as they were typed together, since the tokenizer divides "45m" as if it were a length; and the place of
    each among the words."""
    texts: list[str] = []
    places: list[int] = []
    end = -1
    for place, word in enumerate(words):
        if word.start == end and texts and texts[-1].isdigit() and word.text.isalpha():
            texts[-1] += word.text
        else:
            texts.append(word.text)
            places.append(place)
        end = word.end
    return texts, places


def _set(words: Sequence[object]) -> frozenset[str]:
    return frozenset(str(word) for word in words)
