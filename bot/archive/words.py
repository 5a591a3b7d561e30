"""Texts as search compares them: the stems of their words, without the words that every question has."""

from __future__ import annotations

import re
import threading

import Stemmer

# Words of grammar and of politeness; no word of medicine, of place or of time is among them.
_COMMON = (
    "a about after all also am an and any are as at be because been but by can could did do does doing doctor dr "
    "dear for from get got had has have having hello help hi him his how i if in into is it its just know like may "
    "me might more most much must my no not of on only or other our please question really s she he should so some "
    "such t thank thanks than that the their them then there these they this those to too understanding up us very "
    "was we were what when where which while who why will with would you your im ive dont m ve d ll re "
)
COMMON = frozenset(_COMMON.split())
_WORD = re.compile(r"[^\W_]+")
_local = threading.local()


def stems(text: str) -> list[str]:
    """The stems of the words of `text`, in order. A text of common words only keeps them."""
    words = _WORD.findall(text.casefold().replace("’", "'").replace("'", ""))
    telling = [word for word in words if word not in COMMON] or words
    # A stemmer keeps a cache and is not safe in two threads at once: each thread has its own.
    stemmer = getattr(_local, "stemmer", None)
    if stemmer is None:
        stemmer = _local.stemmer = Stemmer.Stemmer("english")
    return list(stemmer.stemWords(telling))
