"""Whose body a word is about: the patient's, somebody else's, or an animal's."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.nlu.lexicon import Lexicon
from bot.nlu.reading import OTHER, PATIENT
from bot.nlu.words import Word

ANIMAL = "animal"
_COMPANY = frozenset({"with", "from", "by", "for", "told", "as", "like"})


def experiencers(words: Sequence[Word], lexicon: Lexicon, cores: Collection[int] = ()) -> list[str]:
    """Whose body each word is about, from the last person named before it.

    `cores` are the places where findings begin: an animal that begins one ("cat bite") does not have it, a person does.
    """
    people = []
    now, known_other = PATIENT, False
    for place, word in enumerate(words):
        if word.text in lexicon.others and not _company(words, place):
            now, known_other = OTHER, True
        elif word.text in lexicon.animals and place not in cores and not _company(words, place):
            now, known_other = ANIMAL, True
        elif word.text in lexicon.selves and not _leads_to_other(words, lexicon, place):
            now = PATIENT
        elif word.text in lexicon.pronouns and (known_other or word.text not in ("they", "them", "their")):
            # "My dog, his ear": the animal's; "my dog bit me, and my son, his arm": the son's.
            now, known_other = (now if now == ANIMAL else OTHER), True
        people.append(now)
    return people


def _company(words: Sequence[Word], place: int) -> bool:
    """Whether a relative is only company here ("with kids", "from my wife"), not the one who is spoken of."""
    before = [word.text for word in words[max(0, place - 2) : place]]
    return bool(before) and (before[-1] in _COMPANY or (before[-1] in ("my", "the", "our") and before[0] in _COMPANY))


def _leads_to_other(words: Sequence[Word], lexicon: Lexicon, place: int) -> bool:
    """Whether "my" here belongs to a relative: "my uncle", "my little boy"."""
    if words[place].text not in ("my", "our"):
        return False
    following = words[place + 1 : place + 4]
    return any(word.text in lexicon.others or word.text in lexicon.animals for word in following)
