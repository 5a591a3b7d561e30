"""The scorecard of our own labelled messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.evaluation.counts import Counts, total
from bot.evaluation.figure import Breakdown, Confusion, Fault, Figure, Part, figures_of
from bot.evaluation.understanding.comparing import compare
from bot.evaluation.understanding.details import Sites, lists_read, person_read, words_invented, words_right
from bot.evaluation.understanding.labelled import AS_OF, LISTS, STATUSES, Labelled
from bot.evaluation.understanding.matching import INVENTED, MISSED, Matched, match
from bot.evaluation.understanding.peers import Peers
from bot.evaluation.understanding.times import KINDS, WAYS, count
from bot.knowledge import Knowledge
from bot.nlu.reader import Reader
from bot.nlu.reading import OTHER, PATIENT, Mention

ASIDE = "kept_aside"
ALL = "all"
_TITLES = {ALL: "Own messages, all", "worked_with": "Own messages worked with", ASIDE: "Own messages kept aside"}
_FINDINGS = (
    "Labelled by hand, blind to the program. A finding counts with its status and person; a kind of the labelled "
    "finding does, a broader one or an optional one counts neither way. F's interval is a bootstrap over messages."
)
_TIMES = {
    "": "Times of matched findings: within 10 % of the label; a day, part of a day, month or year by name is right "
    "where the label is within it. A time of a finding whose label "
    "has none counts neither way: the labels give those of the main complaints.",
    "_strict": "The same, a time of a matched finding whose label has none counted as false as well.",
    "_middle": "The same, the middle of what was read within 10 % of the label, whatever was said.",
    "_bounds": "The same, the label within the bounds of what was read (2 % more for months of 30 or 30.4 days).",
}
_WORDS = "Of matched findings whose label says it, those read the same"
_INVENTED = "Of matched findings whose label says none, those where one was read"


def read_all(messages: Sequence[Labelled], reader: Reader, knowledge: Knowledge) -> tuple[Matched, ...]:
    """Every message, read as of AS_OF, beside its labels."""
    return tuple(match(each, reader.read(each.text, AS_OF), knowledge) for each in messages)


def own_parts(matched: Sequence[Matched], knowledge: Knowledge, peers: Peers) -> tuple[Part, ...]:
    """The figures of each part, and of all messages together where there are several; beside those of the peers."""
    names = sorted({each.message.part for each in matched}, reverse=True)
    groups = {name: [each for each in matched if each.message.part == name] for name in names}
    if len(groups) > 1:
        groups[ALL] = list(matched)
    return tuple(_part(name, group, knowledge, peers) for name, group in groups.items())


def _part(name: str, matched: Sequence[Matched], knowledge: Knowledge, peers: Peers) -> Part:
    key = f"own.{name}"
    figures = list(
        figures_of(f"{key}.finding_status", "Finding, status and person", [each.counts for each in matched], _FINDINGS)
    )
    for suffix, way in WAYS.items():
        for kind in KINDS:
            parts = [count(each, kind, way, strict=suffix == "_strict") for each in matched]
            title = f"{kind.name.capitalize()} {_WAY_NAMES[suffix]}"
            figures += figures_of(f"{key}.{kind.name}{suffix}", title, parts, _TIMES[suffix])[: 3 if not suffix else 1]
    figures += [
        Figure.of(f"{key}.{_name(word)}.right", f"{_title(word)} right", share, f"{_WORDS}{_site(word)}.")
        for word, share in words_right(matched, Sites(knowledge)).items()
    ]
    figures += [
        Figure.of(f"{key}.{_name(word)}.invented", f"{_title(word)} invented", share, f"{_INVENTED}.")
        for word, share in words_invented(matched).items()
    ]
    lists = [lists_read(each) for each in matched]
    for word in LISTS:
        title = _title(word)
        figures.append(
            Figure.f(
                f"{key}.{word}.f",
                f"{title}: F",
                [each[word] for each in lists],
                "Words of matched findings, read and labelled.",
            )
        )
    persons = [person_read(each, knowledge) for each in matched]
    for word in persons[0] if persons else ():
        said = [each[word] for each in persons]
        figures.append(
            Figure.f(f"{key}.person.{word}.f", f"Person, {word}: F", said, "Said of the patient: read and labelled.")
        )
    labels = sum(len(each.message.required) for each in matched)
    return Part(
        key=key,
        title=_TITLES.get(name, f"Own messages, {name}"),
        about=f"{len(matched)} messages, {labels} labels that count. Read as of {AS_OF}.",
        figures=tuple(figures),
        confusion=confusion(matched),
        breakdowns=_breakdowns(key, matched),
        by_finding=_by_finding(key, matched),
        comparisons=compare(key, matched, peers),
        faults=() if name in (ASIDE, ALL) else tuple(_faults(matched)),
    )


_WAY_NAMES = {
    "": "within 10 %",
    "_strict": "within 10 %, strictly",
    "_middle": "with its middle within 10 %",
    "_bounds": "within the bounds",
}


def _name(word: str) -> str:
    """An attribute's name in the keys: "onset" alone is the time."""
    return "onset_word" if word == "onset" else word


def _title(word: str) -> str:
    return _name(word).replace("_", " ").capitalize()


def _site(word: str) -> str:
    return "; a part of the labelled part counts, and the reverse" if word == "site" else ""


def confusion(matched: Sequence[Matched]) -> Confusion:
    """Status labelled and status read. What was read of the wrong person is missed in the one and invented in the
    other."""
    columns = (*STATUSES, MISSED)
    counts = {row: dict.fromkeys(columns, 0) for row in (*STATUSES, INVENTED)}
    for each in matched:
        for one in each.matches:
            counts[one.label.status][one.label.status] += 1
        for label, mention in each.confused:
            counts[label.status][mention.status] += 1
        taken = {id(mention) for _, mention in each.confused}
        told = {id(label) for label, _ in each.confused}
        for label in each.missed:
            if id(label) not in told:
                counts[label.status][MISSED] += 1
        for mention in each.invented:
            if id(mention) not in taken:
                counts[INVENTED][mention.status] += 1
    return Confusion("Status labelled (rows) and read (columns)", counts)


def _breakdowns(key: str, matched: Sequence[Matched]) -> tuple[Breakdown, ...]:
    return (
        Breakdown(f"{key}.status", "By status", _by(matched, lambda one: str(one.status), STATUSES)),
        Breakdown(f"{key}.experiencer", "By person", _by(matched, lambda one: str(one.experiencer), (PATIENT, OTHER))),
    )


def _by_finding(key: str, matched: Sequence[Matched]) -> Breakdown:
    counts = _by(matched, lambda one: str(one.finding if isinstance(one, Mention) else one.id), ())
    return Breakdown(f"{key}.finding", "By finding", dict(sorted(counts.items())))


def _by(matched: Sequence[Matched], name: Callable[..., str], names: Sequence[str]) -> dict[str, Counts]:
    """Counts by something that labels and mentions have: those that were missed or hit by the label's, those that were
    invented by the mention's."""
    found: dict[str, list[Counts]] = {each: [] for each in names}
    for each in matched:
        for one in each.matches:
            found.setdefault(name(one.label), []).append(Counts(hits=1))
        for label in each.missed:
            found.setdefault(name(label), []).append(Counts(missed=1))
        for mention in each.invented:
            found.setdefault(name(mention), []).append(Counts(false=1))
    return {each: total(parts) for each, parts in found.items()}


def _faults(matched: Sequence[Matched]) -> list[Fault]:
    faults = []
    for each in matched:
        where, text = f"{each.message.file}:{each.message.line}", each.message.text
        told = {id(label) for label, _ in each.confused} | {id(mention) for _, mention in each.confused}
        wrong = [f"{label.id}: {label.status} read as {mention.status}" for label, mention in each.confused]
        wrong += [
            f"{label.id} ({label.status}{_whose(label.experiencer)}) missed"
            for label in each.missed
            if id(label) not in told
        ]
        wrong += [
            f"{mention.finding} ({mention.status}{_whose(mention.experiencer)}) invented from {mention.text!r}"
            for mention in each.invented
            if id(mention) not in told
        ]
        for kind in KINDS:
            counts = count(each, kind, WAYS[""])
            if counts.missed or counts.false:
                labels = [
                    f"{one.label.id} {one.label.numbers[kind.label]:g}"
                    for one in each.matches
                    if kind.label in one.label.numbers
                ]
                read = [
                    f"{one.finding} {one.seconds / kind.unit:.3g} ({one.text})"
                    for one in each.reading.durations
                    if one.kind in kind.stretches
                ]
                wrong.append(f"{kind.name}: labelled {'; '.join(labels) or 'none'}, read {'; '.join(read) or 'none'}")
        if wrong:
            faults.append(Fault(where, "; ".join(wrong), text))
    return faults


def _whose(experiencer: str) -> str:
    return ", someone else's" if experiencer == OTHER else ""
