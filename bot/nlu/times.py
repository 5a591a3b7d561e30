"""Which finding each stretch of time belongs to, and which of two kinds it is where its own words do not tell."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Optional

from bot.nlu.reading import ABSENT, PATIENT, PRESENT, Mention, Stretch

# Characters; a sentence's end weighs as much as this many, so that a stretch stays in its own sentence where it can.
_SENTENCE_COST, _CLAUSE_COST, _BEFORE_COST, _BACKGROUND_COST = 120, 25, 4, 40
_FARTHEST, _MOST, _SINCE_REACH = 400, 30, 60
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
# Characters; no sentence of a time and small words has more beside its time.
_SMALL_MOST = 60
_SENTENCE = re.compile(r"\s*(?:$|[.!?,;\n])")
_ENDS = re.compile(r"[.!?;\n]")
# Small words that may stand beside a time that is a sentence by itself ("It has been about 3 months now").
_SMALL = re.compile(
    r"(?:\b(?:it|its|it's|this|that|has|have|been|is|was|about|around|for|since|started|starts|began|going|on|now|like|maybe|"
    r"perhaps|roughly|almost|nearly|over|only|just|so|far|the|last|past|all|and|already|approx|approximately|say|of|"
    r"or|more|a|in|happening|lasting|lasts|each|every|time|noticed|first|from|i|had|have|ve|off|goin|doing|done|like|too|"
    r"getting|gets|got|worse|better|slowly|gradually|steadily|bit|by|then|came|come|both|them|they|s|happened|persisting|present|there)\b|[^\w\s]|\s)*",
    re.IGNORECASE,
)
# What marks a complaint as one that comes and goes: a bare short stretch beside it is one bout.
_HABIT = re.compile(
    r"\b(?:each|every|everytime|when|whenever|if|after|sometimes|often|usually|always|at night|nightly|daily|a day|"
    r"per day|times|at a time|on and off|comes|goes|again|then)\b",
    re.IGNORECASE,
)
# "For two weeks, my legs ache": what such a word leads in is of its own sentence, as is a moment by name.
_LEADS_OWN = frozenset({"for", "over", "in", "after", "within", "since", "every", "on"})
_NAMED = re.compile(r"\b(?:ago|since|today|yesterday|tonight|this|last|back|for|morning|night)\b", re.IGNORECASE)
_OPENS_SINCE = re.compile(r"\s*(?:but |and |so |ever )?(?:since|after) [^,]*\Z", re.IGNORECASE)
_NEW_CLAUSE = re.compile(
    r"\s*(?:now|of this|of it|of this now|already|so far)?\s*(?:,|-|and\b|but\b|since\b)", re.IGNORECASE
)
_JOINED = re.compile(r"\s(?:but|and)\s", re.IGNORECASE)
_LIST = re.compile(
    r"\s*(?:,|left|right|both|very|so|really|and|&|\+|/|plus|n|with|my|the|a|bit|of|some|also|bad|blocked|then|,\s*and|\s)*\s*$",
    re.IGNORECASE,
)


def attach(
    text: str, stretches: Sequence[Stretch], mentions: Sequence[Mention], complaints: Collection[str]
) -> tuple[Stretch, ...]:
    """The stretches with the finding that each belongs to: the nearest one that was not denied.

    `complaints` are the findings that a time is most likely about; an illness, a medicine or what calms has one only
    where it stands next to it. A stretch that stands alone in an answer ("about two months") belongs to none; the
    interview knows what was asked.
    """
    starts = [mention.start for mention in mentions]
    owned: list[Stretch] = []
    timed: set[str] = set()
    for stretch in stretches:
        low = bisect_left(starts, stretch.start - 2 * _FARTHEST)
        high = bisect_left(starts, stretch.end + _FARTHEST)
        near = mentions[low:high][-_MOST:]
        finding = _alone(text, stretch, near, complaints, timed) or _owner(text, stretch, near, complaints)
        # A bare "5 days" beside a finding is how long it has been there.
        kind = "onset" if finding is not None and stretch.kind == "unspecified" else stretch.kind
        owned.append(replace(stretch, finding=finding, kind=kind))
        if finding is not None and kind == "onset":
            timed.add(finding)
    of_finding: dict[Optional[str], list[Stretch]] = {}
    for stretch in owned:
        of_finding.setdefault(stretch.finding, []).append(stretch)
    owned = [
        _bout(text, stretch, was.kind, of_finding[stretch.finding][:_MOST]) for stretch, was in zip(owned, stretches)
    ]
    owned += _shared(text, owned, mentions)
    owned += _listed(text, owned, mentions, complaints)
    return tuple(owned + _of_all(text, owned, mentions, complaints))


def _bout(text: str, stretch: Stretch, kind: str, own: Sequence[Stretch]) -> Stretch:
    """A bare short stretch is how long a bout lasts: one of seconds, and one of minutes or hours where the finding has
    another time, or comes and goes ("whenever I swim. 2 mins"). `own` are the times of the same finding."""
    lower = stretch.text.lower()
    if kind == "episode" or stretch.kind != "onset" or stretch.seconds > _DAY or lower.endswith("ago"):
        return stretch
    before = text[max(0, stretch.start - 12) : stretch.start].lower().rstrip()
    said = kind == "onset" and before.endswith(("since", "past", "last", "from", "the"))
    others = [other for other in own if other is not stretch]
    began = any(other.kind == "onset" and other.low > 2 * stretch.high for other in others)
    if said or lower.startswith(("since", "this", "last", "yesterday", "today", "tonight")):
        return stretch
    if stretch.seconds < _MINUTE and kind == "unspecified":
        return replace(stretch, kind="episode")
    often = any(other.kind == "frequency" for other in others)
    habit = stretch.seconds < 3 * _HOUR and _HABIT.search(_sentences_around(text, stretch)) is not None
    if (began and (kind == "unspecified" or stretch.seconds <= _HOUR)) or often or (kind == "unspecified" and habit):
        return replace(stretch, kind="episode")
    return replace(stretch, kind="episode") if began and _over(own, stretch) else stretch


def _over(own: Sequence[Stretch], stretch: Stretch) -> bool:
    """Whether the day when it began is said as so long ago."""
    return any(other.text.lower().endswith("ago") and other.low > 2 * stretch.high for other in own)


def _sentences_around(text: str, stretch: Stretch) -> str:
    """The sentence of a stretch, and the one before where the stretch stands alone in its own."""
    begin = _sentence_start(text, stretch.start)
    if not _says_more(text, stretch):
        begin = _sentence_start(text, max(0, begin - 2))
    return text[begin : _sentence_end(text, stretch.end)]


def _sentence_start(text: str, place: int) -> int:
    found = [match.end() for match in _ENDS.finditer(text, max(0, place - _FARTHEST), place)]
    return found[-1] if found else max(0, place - _FARTHEST)


def _sentence_end(text: str, place: int) -> int:
    match = _ENDS.search(text, place, place + _FARTHEST)
    return match.start() if match else min(len(text), place + _FARTHEST)


def _says_more(text: str, stretch: Stretch) -> bool:
    """Whether a sentence says anything beside its time, small words apart."""
    begin, end = _sentence_start(text, stretch.start), _sentence_end(text, stretch.end)
    if end - begin - (stretch.end - stretch.start) > _SMALL_MOST:
        return True
    return not (_is_small(text, begin, stretch.start) and _is_small(text, stretch.end, end))


def _is_small(text: str, begin: int, end: int) -> bool:
    """Whether a text has nothing but small words from one place up to another."""
    return _SMALL.fullmatch(text, begin, end) is not None


def _alone(
    text: str, stretch: Stretch, mentions: Sequence[Mention], complaints: Collection[str], timed: Collection[str]
) -> Optional[str]:
    """The owner of a time that is a sentence by itself: the first complaint of the sentence before, or of all, that has
    no time yet (`timed` are those that have)."""
    begin = _sentence_start(text, stretch.start)
    if stretch.kind in ("episode", "frequency") or (_says_more(text, stretch) and not _leads(text, begin, stretch)):
        return None
    before = [
        each
        for each in mentions
        if each.end <= begin and each.finding in complaints and (each.status, each.experiencer) == (PRESENT, PATIENT)
    ]
    last = _sentence_start(text, max(0, begin - 2))
    near = [each for each in before if each.start >= last]
    free = [each for each in (*near, *before) if each.finding not in timed]
    return (free or near or before)[0].finding if before else None


def _shared(text: str, owned: Sequence[Stretch], mentions: Sequence[Mention]) -> list[Stretch]:
    """The time of one finding that another has by "since": "weak since my fall in May", "a fall in May, weak ever
    since"."""
    shared: list[Stretch] = []
    lower = text.lower()
    starts = [each.start for each in mentions]
    times_at = [each.start for each in owned]
    for place in _places(lower, "since"):
        at = bisect_left(starts, place)
        before = [each for each in mentions[max(0, at - 3) : at] if each.end <= place]
        after = [each for each in mentions[at : at + 3] if each.start - place < _SINCE_REACH]
        if not before or place - before[-1].end > _SINCE_REACH:
            continue
        low, high = bisect_left(times_at, place - 2 * _SINCE_REACH), bisect_left(times_at, place + 2 * _SINCE_REACH)
        near = owned[low:high]
        if any(each.start <= place < each.end for each in near):
            continue  # "since today" has said when
        if lower[place - 5 : place] == "ever " and (not after or _SENTENCE.match(lower[place + 5 :])):
            # "... and X ever since": since what was said before it.
            times = [each for each in near if each.end <= place and each.finding not in (None, before[-1].finding)]
        else:
            names = {each.finding for each in after[:1]} - {before[-1].finding}
            times = [each for each in near if each.finding in names and each.start >= place]
        times = [each for each in times if each.kind == "onset" and abs(each.start - place) < 2 * _SINCE_REACH]
        shared += [replace(each, finding=before[-1].finding) for each in times[-1:]]
    return shared


def _listed(
    text: str, owned: Sequence[Stretch], mentions: Sequence[Mention], complaints: Collection[str]
) -> list[Stretch]:
    """The time of the last of a plain list, for the others in it that have none ("sore throat, sore ear, 3 days";
    "X and Y in both feet for 3 months", whose words end together).

    Nothing but commas and "and" may stand between: a clause of its own ("and now my arm hurts") has its own time.
    """
    timed = {each.finding for each in owned if each.kind in ("onset", "until")}
    starts = [each.start for each in mentions]
    shared = []
    for stretch in owned:
        if stretch.kind != "onset" or stretch.finding is None:
            continue
        at = bisect_left(starts, stretch.start) - 1
        low = max(0, at - _MOST)
        while at >= low and mentions[at].finding != stretch.finding:
            at -= 1
        if at < low:
            continue
        owner = mentions[at]
        ends = [each for each in mentions[at + 1 : at + _MOST] if each.end == owner.end]
        others = [each for each in ends if (each.status, each.experiencer) == (owner.status, owner.experiencer)]
        while at > low:
            one, other = mentions[at - 1], mentions[at]
            together = one.end == other.end or _LIST.fullmatch(text[one.end : other.start])
            if (one.status, one.experiencer) != (other.status, other.experiencer) or not together:
                break
            others.append(one)
            at -= 1
        for finding in dict.fromkeys(each.finding for each in others):
            if finding in complaints and finding not in timed:
                timed.add(finding)
                shared.append(replace(stretch, finding=finding))
    return shared


def _of_all(
    text: str, owned: Sequence[Stretch], mentions: Sequence[Mention], complaints: Collection[str]
) -> list[Stretch]:
    """The time of one complaint for the others that it is said of as well, where these have none.

    A time that is a sentence by itself ("... About 8 months of this now") is of the whole sentence before, or of the
    whole message where it has no other; the last clause of a sentence (", started Sunday") and what it begins with
    ("Since Friday ...", "Since the fall on Friday ...") are of all of it.
    """
    once = sum(each.kind == "onset" for each in owned) == 1
    timed = {each.finding for each in owned if each.kind in ("onset", "until")}
    starts = [each.start for each in mentions]
    spread = []
    for stretch in owned:
        if stretch.kind != "onset" or stretch.finding not in complaints:
            continue
        begin, end = _sentence_start(text, stretch.start), _sentence_end(text, stretch.end)
        if not _says_more(text, stretch) or _leads(text, begin, stretch):
            begin, end = 0 if once else _sentence_start(text, max(0, begin - 2)), begin
        elif not (
            _is_last_clause(text, begin, stretch, end)
            or _OPENS_SINCE.match(text, begin, stretch.start)
            or _is_small(text, begin, stretch.start)
        ):
            continue
        for each in mentions[bisect_left(starts, begin) : bisect_left(starts, end)][:_MOST]:
            same = each.finding in complaints and (each.status, each.experiencer) == (PRESENT, PATIENT)
            if same and each.finding not in timed:
                timed.add(each.finding)
                spread.append(replace(stretch, finding=each.finding))
    return spread


def _leads(text: str, begin: int, stretch: Stretch) -> bool:
    """Whether an amount is what its sentence begins with, and something new follows: "... 5 months, worse at night"."""
    if not _is_small(text, begin, stretch.start) or _NAMED.search(stretch.text):
        return False
    before = text[begin : stretch.start].lower().split()
    if before and before[0] in _LEADS_OWN:
        return False
    return _NEW_CLAUSE.match(text, stretch.end) is not None


def _is_last_clause(text: str, begin: int, stretch: Stretch, end: int) -> bool:
    """Whether a time with small words is what a sentence ends with, behind a comma: ", started on Sunday"."""
    comma = text.rfind(",", begin, stretch.start)
    if comma < 0:
        return False
    return _is_small(text, comma, stretch.start) and _is_small(text, stretch.end, end)


def _places(text: str, word: str) -> list[int]:
    return [match.start() for match in re.finditer(rf"\b{word}\b", text)]


def _owner(text: str, stretch: Stretch, mentions: Sequence[Mention], complaints: Collection[str]) -> Optional[str]:
    best: tuple[tuple[int, int], str] | None = None
    for mention in mentions:
        if mention.status == ABSENT:
            continue
        before = mention.end <= stretch.start
        between = text[mention.end : stretch.start] if before else text[stretch.end : mention.start]
        cost = len(between) + _breaks(between)
        if mention.start >= stretch.end:
            cost += _BEFORE_COST
        elif mention.end > stretch.start:
            # The words of a finding far apart have the time between them: it is the nearer one's.
            cost += _CLAUSE_COST
        if mention.finding not in complaints:
            # "Six years on lithium" is the lithium's; "worse when tired, for 6 months" is no time of the tiredness.
            cost += 0 if len(between) <= 4 else _BACKGROUND_COST
        if mention.experiencer != PATIENT or mention.status != PRESENT:
            cost += _CLAUSE_COST
        if cost <= _FARTHEST and (best is None or (cost, mention.start) < best[0]):
            best = ((cost, mention.start), mention.finding)
    return best[1] if best else None


def _breaks(between: str) -> int:
    count = between.count
    sentences = count(".") + count("!") + count("?") + count(";") + count("\n")
    clauses = count(",") + (1 if _JOINED.search(between) else 0)
    return _SENTENCE_COST * sentences + _CLAUSE_COST * clauses
