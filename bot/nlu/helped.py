"""Who is to be helped: the one who writes, or the person they write about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

from bot.nlu.context import Sense
from bot.nlu.experiencers import SELF, SOMEONE
from bot.nlu.lexicon import Lexicon
from bot.nlu.reading import OTHER, PAST, PATIENT, PRESENT
from bot.nlu.words import Word

# How far before a relative the words may stand that ask for them ("this is a question for my flatmate").
_ASKING_REACH = 5
_FOR = frozenset({"for", "about", "regarding", "behalf"})
_OPENS = frozenset({"is", "'s", ",", "(", "aged", "age", "-", "are", "of", "just", "only", "nearly", "almost", "now"})
_OLDEST = 115
# Of what is over: perhaps not for long.
_LATELY = ("recent", "unknown")


def who_is_meant(senses: Sequence[Sense], words: Sequence[Word], lexicon: Lexicon) -> str:
    """The other person whom a message is about, by the word that names them; empty where it is about the writer.

    It is another where the message asks for them ("this is for my flatmate"), where all that is or was there is
    others', or where what nobody is named with can only be theirs: they are introduced with their age ("Grandfather,
    81"), and nothing is said to be the writer's own. Of several, the one of whom most is said to be there.
    """
    about = [each.whom for each in senses if each.experiencer == OTHER]
    if not about:
        return ""
    asked = _asked_for(words, lexicon)
    if asked in about:
        return asked
    own = [each for each in senses if each.experiencer == PATIENT and each.status in (PRESENT, PAST)]
    present = [each.whom for each in senses if each.experiencer == OTHER and each.status == PRESENT]
    introduced = _introduced(words, lexicon)
    known = [whom for whom in about if whom in introduced]
    if any(each.whom == SELF for each in own) or (own and not known):
        return ""
    # What "she had" is told of her alone, and nothing says that it was long ago.
    of = known or present or [each.whom for each in senses if each.experiencer == OTHER and each.recency in _LATELY]
    return max(of, key=lambda whom: (present.count(whom), -of.index(whom))) if of else ""


def seen_from(sense: Sense, patient: str) -> Sense:
    """A sense with `patient` as the one to be helped: what nobody is named with is theirs, and what the writer says of
    themselves is another's."""
    if not patient:
        return sense
    theirs = sense.whom == patient if sense.experiencer == OTHER else not sense.whom
    if sense.experiencer == OTHER and SOMEONE in (sense.whom, patient):
        # "Left arm throws itself about, he hit the nurse. Dad is 80."
        theirs = True
    return sense._replace(experiencer=PATIENT if theirs else OTHER)


def _asked_for(words: Sequence[Word], lexicon: Lexicon) -> Optional[str]:
    """Whom a message says that it is for: "writing on behalf of my nan"."""
    for place, word in enumerate(words):
        if word.text in lexicon.others:
            before = [each.text for each in words[max(0, place - _ASKING_REACH) : place]]
            at = next((at for at, text in enumerate(before) if text in _FOR), None)
            if at is not None and any(text in lexicon.asking for text in before[:at]):
                return word.text
    return None


def _introduced(words: Sequence[Word], lexicon: Lexicon) -> frozenset[str]:
    """The relatives whose age is told: "Mum (77)", "my 9 yr old daughter", "he is my father 64", "baby 8 mths"."""
    found = set()
    for place, word in enumerate(words):
        if word.text not in lexicon.others:
            continue
        at = place + 1
        while at < len(words) and at <= place + 3 and words[at].text in _OPENS:
            at += 1
        if _is_age(words, at, lexicon) or any(
            _is_age(words, before, lexicon) and any(each.text in lexicon.years for each in words[before + 1 : place])
            for before in range(max(0, place - _ASKING_REACH), place)
        ):
            found.add(word.text)
    return frozenset(found)


def _is_age(words: Sequence[Word], place: int, lexicon: Lexicon) -> bool:
    if place >= len(words) or not (words[place].text.isdigit() and int(words[place].text) <= _OLDEST):
        return False
    after = words[place + 1].text if place + 1 < len(words) else ""
    return after not in lexicon.no_ages
