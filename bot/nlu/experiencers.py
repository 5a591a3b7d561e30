"""Whose body a word is about: the patient's, somebody else's, an animal's or nobody's."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Optional

from bot.nlu.lexicon import Lexicon
from bot.nlu.reading import OTHER, PATIENT
from bot.nlu.words import Word

ANIMAL, NOBODY, SOMEONE, SELF = "animal", "nobody", "someone", "self"
_SELF = f"{PATIENT}:{SELF}"
_COMPANY = frozenset({"with", "from", "by", "told", "as", "like", "off", "at", "onto", "near"})
_LEADING = frozenset({"on", "in", "of"})
_ARTICLES = frozenset({"a", "an", "the", "my", "our"})
_PARENTS = frozenset({"mum", "mom", "mother", "dad", "father", "parent"})
_STOPS_MY = frozenset({"the", "a", "an", "and", ",", "on", "in", "of", "at", "with", "from", "but", "when"})
_THEIRS = frozenset({"my", "our", "his", "her", "their", "the", "'s", "s"})
_OWNERS = frozenset({"my", "our"})
_THESE = frozenset({"my", "our", "the", "this", "that", "his", "her", "a", "an", "some", "another", "your"})
_OLD = frozenset({"old", "year", "years", "aged", "age", "y", "o", "yo", "m", "f"})
# "My wife noticed": she is a witness of it. Two small words may stand between.
_WITNESS_REACH, _CLAUSE_REACH, _AGE_REACH, _MOST_PEOPLE = 3, 7, 4, 4


def experiencers(words: Sequence[Word], lexicon: Lexicon, cores: Collection[int] = ()) -> list[str]:
    """Whose body each word is about: an animal's, another's with the word that names them ("other:daughter"), the
    writer's ("patient:self"), or the patient's, whoever that is, where nothing says whose.

    A person named holds until another is; a sentence that names the writer only further on is the writer's from its
    first word ("The pain in my calf"). A sentence that names nobody goes on about the last person where the message
    began with somebody else, and comes back to the writer where it began with them.
    `cores` are the places of the words that say findings: who stands among them ("cat bite", "baby moves less") is no
    new person.
    """
    named = _named(words, lexicon, cores)
    if not named:
        return [PATIENT] * len(words)
    people: list[str] = []
    # "Temperature 40, she makes no sense": a message that names somebody first by "she" is hers from its first word.
    first = named[0][1] if words[named[0][0]].text in lexicon.pronouns else PATIENT
    began: Optional[str] = first if first != PATIENT else None
    now, sentence, marks = first, -1, dict(named)
    first_in: dict[int, int] = {}
    for place, _ in named:
        first_in.setdefault(words[place].sentence, place)
    for place, word in enumerate(words):
        if word.sentence != sentence:
            sentence = word.sentence
            at = first_in.get(sentence)
            if at is not None and marks[at] == _SELF:
                now = _SELF
            elif at is not None and began != _SELF and _leads(words, at):
                now = marks[at]
            elif at is None and began == _SELF:
                now = PATIENT
        if place in marks:
            now = marks[place]
            began = began or now
        people.append(now)
    return people


def _named(words: Sequence[Word], lexicon: Lexicon, cores: Collection[int]) -> list[tuple[int, str]]:
    """The places where somebody is named, with who it is."""
    named: list[tuple[int, str]] = []
    known_other = False
    last, other = PATIENT, f"{OTHER}:{SOMEONE}"
    people: list[str] = []
    for place, word in enumerate(words):
        text = word.text
        who: Optional[str] = None
        if text in lexicon.others:
            if place in cores or (place + 1 < len(words) and words[place + 1].text in lexicon.no_person):
                continue
            if not (_company(words, place) or _witness(words, lexicon, place) or _is_self(words, lexicon, place)):
                who, known_other = f"{OTHER}:{text}", True
        elif text in lexicon.animals:
            # "My dog has a cold nose" is the dog's; "a stray dog, small bite on the ankle" is not.
            owned = any(word.text in _THEIRS for word in words[max(0, place - 2) : place])
            if owned and place not in cores and not _company(words, place):
                who, known_other = ANIMAL, True
        elif text in lexicon.selves:
            acts = known_other and (_witness(words, lexicon, place) or _acts_on(words, lexicon, place))
            if not acts and not _leads_to_other(words, lexicon, place) and not _is_object(words, lexicon, place):
                who = _SELF
        elif text in lexicon.pronouns and (known_other or text not in ("they", "them", "their")):
            if _witness(words, lexicon, place) and not known_other:
                continue
            # "My dog, his ear": the animal's; "my dog bit me, and my son, his arm": the son's.
            who, known_other = (last if last == ANIMAL else _meant(text, people, other, lexicon)), True
        if who is not None:
            last = who
            if who.startswith(OTHER):
                other = who
                people = [*[each for each in people if each != who][-_MOST_PEOPLE:], who]
            named.append((place, who))
    return named


def _meant(pronoun: str, people: Sequence[str], other: str, lexicon: Lexicon) -> str:
    """Whom a pronoun means: the last person named who may be a "he" or a "she"."""
    sex = lexicon.sexes.get(pronoun)
    for each in reversed(people):
        if sex is None or lexicon.sexes.get(each.partition(":")[2], sex) == sex:
            return each
    return other


def _leads(words: Sequence[Word], place: int) -> bool:
    """Whether what stands before in the sentence is already this person's: "dots on my son's leg"."""
    before = [word.text for word in words[max(0, place - _AGE_REACH) : place]]
    return any(one in _LEADING and other in _THESE for one, other in zip(before, before[1:]))


def _company(words: Sequence[Word], place: int) -> bool:
    """Whether a relative is only company here ("with kids", "from my wife", "my cousin and I"), not the one who is
    spoken of; or is what makes the writer a parent ("mum to twins")."""
    before = [word.text for word in words[max(0, place - 3) : place]]
    owned = bool(before) and before[-1] in _ARTICLES
    near = before[:-1] if owned else before
    if near and near[-1] in _COMPANY:
        return True
    if near[-2:] and near[-1] in ("and", "&") and near[:-1][-1:] in (["me"], ["i"], ["myself"]):
        return True
    if near[-1:] in (["of"], ["to"]) and near[:-1] and near[-2] in _PARENTS:
        return True
    after = [word.text for word in words[place + 1 : place + 3]]
    if after[:1] in (["of"], ["to"]) and words[place].text in _PARENTS:
        return True
    return len(after) > 1 and after[0] in ("and", "&") and after[1] in ("i", "me", "myself")


def _witness(words: Sequence[Word], lexicon: Lexicon, place: int) -> bool:
    """Whether a person here only sees, says or does something ("my wife noticed", "my sister, who is a nurse, thinks",
    "I am worried")."""
    sentence = words[place].sentence
    clause = place + 1 < len(words) and words[place + 1].text == "who"
    for at in range(place + 1, min(len(words), place + 1 + (_CLAUSE_REACH if clause else _WITNESS_REACH))):
        word = words[at]
        if word.sentence != sentence or (word.text in (",", "and") and not clause):
            return False
        if word.text in ("has", "have", "had", "'ve"):
            # "The teacher has noticed", "we have used the pen".
            return at + 1 < len(words) and (words[at + 1].text in lexicon.witnesses | lexicon.helping)
        if word.text in lexicon.witnesses:
            return True
    return False


def _acts_on(words: Sequence[Word], lexicon: Lexicon, place: int) -> bool:
    """Whether the writer does something to another here: "if I ask him", "I can't wake her"."""
    if words[place].text not in ("i", "we"):
        return False
    for word in words[place + 1 : place + 2 + _WITNESS_REACH]:
        if word.sentence != words[place].sentence or word.text in (",", "and", "my", "our", "but"):
            return False
        if word.text in lexicon.objects:
            return True
    return False


def _is_object(words: Sequence[Word], lexicon: Lexicon, place: int) -> bool:
    """Whether "me" here is the one to whom another does something: "she doesn't know me"."""
    return words[place].text == "me" and place > 0 and words[place - 1].text in lexicon.done_to_me


def _is_self(words: Sequence[Word], lexicon: Lexicon, place: int) -> bool:
    """Whether a man or a woman here is the one who writes ("71 yr old lady", "I am a man"), or one of many."""
    text = words[place].text
    if text in lexicon.anybody:
        after = words[place + 1].text if place + 1 < len(words) else ""
        return after not in lexicon.having
    if text not in lexicon.adults:
        return False
    before = [word.text for word in words[max(0, place - _AGE_REACH) : place]]
    if any(word in lexicon.selves for word in before) and not any(word in _OWNERS for word in before[-2:]):
        return True
    aged = any(word in _OLD or word[:1].isdigit() for word in before)
    return aged and not any(word in _THESE for word in before)


def _leads_to_other(words: Sequence[Word], lexicon: Lexicon, place: int) -> bool:
    """Whether "my" here belongs to a relative: "my uncle", "my little boy"."""
    if words[place].text not in _OWNERS:
        return False
    for word in words[place + 1 : place + 6]:
        if word.text in lexicon.others or word.text in lexicon.animals:
            return True
        if word.text in _STOPS_MY:
            return False
    return False
