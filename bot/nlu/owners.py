"""Which finding each circumstance belongs to."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from dataclasses import replace

from bot.nlu.circumstances import DISTURBS, EASED_BY, SET_OFF_BY, Circumstance
from bot.nlu.reading import ABSENT, Mention
from bot.nlu.words import Word

# Sentences that a circumstance may stand behind its finding: "My hand shakes. It is worse after coffee."
_SENTENCES = 1
# Findings before and behind the owner that may lie in the same words.
_SAME = 3


def with_circumstances(
    mentions: Sequence[Mention], circumstances: Sequence[Circumstance], words: Sequence[Word], owners: Collection[str]
) -> list[Mention]:
    """The mentions with what sets them off, eases them and what they disturb.

    A circumstance is of the finding said last before it in its sentence, or next in it; where its sentence names none,
    of the first finding of the sentences just before, else of the first of all. Another finding in the same words has
    it as well. Only findings in `owners` have any, and none that was denied.
    """
    owned = [
        (each.start, number) for number, each in enumerate(mentions) if each.finding in owners and each.status != ABSENT
    ]
    if not owned or not circumstances:
        return list(mentions)
    starts = [start for start, _ in owned]
    sentence_at = {word.start: word.sentence for word in words}
    sentences = [sentence_at.get(start, 0) for start in starts]
    added: dict[int, dict[str, list[str]]] = {}
    for each in circumstances:
        word = words[each.place]
        at = bisect_right(starts, word.start)
        if at and sentences[at - 1] == word.sentence:
            chosen = at - 1
        elif at < len(owned) and sentences[at] == word.sentence:
            chosen = at
        elif at:
            # The first finding of the nearest sentence before that is near enough, or the first of all.
            near = sentences[at - 1]
            chosen = bisect_left(sentences, near) if word.sentence - near <= _SENTENCES else 0
        else:
            continue
        owner = mentions[owned[chosen][1]]
        for _, number in owned[max(0, chosen - _SAME) : chosen + _SAME + 1]:
            one = mentions[number]
            if one.start < owner.end and owner.start < one.end:
                values = added.setdefault(number, {}).setdefault(each.role, [])
                if each.value not in values:
                    values.append(each.value)
    result = list(mentions)
    for number, roles in added.items():
        result[number] = replace(
            result[number],
            set_off_by=tuple(roles.get(SET_OFF_BY, ())),
            eased_by=tuple(roles.get(EASED_BY, ())),
            disturbs=tuple(roles.get(DISTURBS, ())),
        )
    return result
