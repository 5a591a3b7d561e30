"""Which finding each circumstance belongs to."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import replace

from bot.nlu.circumstances import DISTURBS, EASED_BY, SET_OFF_BY, Circumstance
from bot.nlu.reading import ABSENT, Mention
from bot.nlu.words import Word

# Sentences that a circumstance may stand behind its finding: "My hand shakes. It is worse after coffee."
_SENTENCES = 2


def with_circumstances(
    mentions: Sequence[Mention], circumstances: Sequence[Circumstance], words: Sequence[Word], owners: Collection[str]
) -> list[Mention]:
    """The mentions with what sets them off, eases them and what they disturb.

    A circumstance is of the finding said last before it, up to two sentences back, or of the next one in its own
    sentence. Only findings in `owners` have any, and none that was denied.
    """
    places = [
        (each.start, number) for number, each in enumerate(mentions) if each.finding in owners and each.status != ABSENT
    ]
    if not places or not circumstances:
        return list(mentions)
    starts = [start for start, _ in places]
    sentence_at = {word.start: word.sentence for word in words}
    added: dict[int, dict[str, list[str]]] = {}
    for each in circumstances:
        word = words[each.place]
        at = bisect_right(starts, word.start)
        candidates = [*reversed(places[max(0, at - 1) : at]), *places[at : at + 1]]
        for start, number in candidates:
            apart = word.sentence - sentence_at.get(start, word.sentence)
            if apart == 0 or (start < word.start and apart <= _SENTENCES):
                values = added.setdefault(number, {}).setdefault(each.role, [])
                if each.value not in values:
                    values.append(each.value)
                break
    result = list(mentions)
    for number, roles in added.items():
        result[number] = replace(
            result[number],
            set_off_by=tuple(roles.get(SET_OFF_BY, ())),
            eased_by=tuple(roles.get(EASED_BY, ())),
            disturbs=tuple(roles.get(DISTURBS, ())),
        )
    return result
