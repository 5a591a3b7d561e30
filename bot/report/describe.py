"""Facts, decisions and changes in words that a patient reads."""

from __future__ import annotations

from bot.interview.turn import Turn
from bot.knowledge import Knowledge
from bot.knowledge.model import urgency
from bot.triage.case import ABSENT, PAST, PRESENT, UNCERTAIN, Case, Fact
from bot.triage.decision import WouldChange

_MOST_UNREAD = 5
_UNITS = (
    ("years", 31557600),
    ("months", 2629800),
    ("weeks", 604800),
    ("days", 86400),
    ("hours", 3600),
    ("minutes", 60),
)


def describe_fact(finding: str, fact: Fact, knowledge: Knowledge) -> str:
    """A finding with what was said of it: "FINDING (left side, for about 2 months)"."""
    label = knowledge.findings[finding].label
    if fact.status == PAST:
        return knowledge.messages.text("advice.gone", finding=label)
    parts = qualities(fact, knowledge)
    return f"{label} ({', '.join(parts)})" if parts else label


def qualities(fact: Fact, knowledge: Knowledge) -> list[str]:
    """What was said of a finding besides that it is there: side, how it came on, how long, how it changes."""
    messages = knowledge.messages
    parts = []
    if fact.side == "both":
        parts.append(messages.text("advice.both_sides"))
    elif fact.side:
        parts.append(messages.text("advice.side", side=fact.side))
    if fact.onset:
        parts.append(messages.text(f"advice.onset_{fact.onset}"))
    if fact.when:
        parts.append(fact.when[:1].lower() + fact.when[1:] if fact.when[1:2].islower() else fact.when)
    elif fact.lasting:
        parts.append(messages.text("advice.lasting_about", time=describe_time(fact.lasting.middle, knowledge)))
    if fact.trend:
        parts.append(messages.text(f"advice.trend_{fact.trend}"))
    return parts


def describe_time(seconds: float, knowledge: Knowledge) -> str:
    """A length of time in its largest fitting unit: 5184000 seconds are "2 months", 3600 "1 hour"."""
    for unit, size in _UNITS:
        if seconds >= 0.95 * size or unit == "minutes":
            count = max(1, round(seconds / size))
            return knowledge.messages.text(f"advice.unit.{unit}" if count > 1 else f"advice.one.{unit}", n=count)
    raise AssertionError("minutes fit everything")


def said_findings(case: Case, knowledge: Knowledge, urgent_first: bool = False) -> list[str]:
    """Every finding that is present or past in the case: the complaint first, or what is most urgent first."""
    complaints = [name for topic in knowledge.topics.values() for name in topic.complaints]

    def rank(name: str) -> tuple[int, int, str]:
        highest = max((urgency(rule.level) for rule in knowledge.rules_of(name)), default=0)
        place = complaints.index(name) if name in complaints else len(complaints)
        return (-highest if urgent_first else 0, len(complaints) - place if urgent_first else place, name)

    said = [name for name, fact in case.facts.items() if name in knowledge.findings and fact.status in (PRESENT, PAST)]
    return sorted(said, key=rank)


def understood(case: Case, knowledge: Knowledge, urgent_first: bool = False) -> list[str]:
    """Everything present or past in the case, in words, in the order of `said_findings`."""
    return [describe_fact(name, case.facts[name], knowledge) for name in said_findings(case, knowledge, urgent_first)]


def denied(case: Case, knowledge: Knowledge) -> list[str]:
    """The labels of what the person said is not there."""
    return [
        knowledge.findings[name].label
        for name, fact in case.facts.items()
        if name in knowledge.findings and fact.status == ABSENT
    ]


def known(case: Case, knowledge: Knowledge) -> str:
    """Everything that the case holds, in words: what is there, what is not, what is unsure, and the person."""
    messages = knowledge.messages
    unsure = [name for name, fact in case.facts.items() if fact.status == UNCERTAIN and name in knowledge.findings]
    parts = {
        "present": understood(case, knowledge),
        "absent": denied(case, knowledge),
        "unsure": [knowledge.findings[name].label for name in unsure],
        "age": [f"{case.age.middle:g}"] if case.age and case.age.low == case.age.high else [],
    }
    lines = [messages.text(f"request.know_{name}", what="; ".join(said)) for name, said in parts.items() if said]
    if not lines:
        return messages.text("request.know_nothing")
    return "\n".join([*lines, messages.text("request.know_right")])


def describe_change(change: WouldChange, knowledge: Knowledge) -> str:
    """One thing that would raise the level, in words."""
    finding = knowledge.findings[change.finding]
    label = finding.choice or finding.label[:1].upper() + finding.label[1:]
    messages = knowledge.messages
    if change.onset == "sudden":
        return messages.text("advice.change_sudden", finding=label)
    if change.trend:
        return messages.text("advice.change_trend", finding=label)
    if change.over:
        return messages.text("advice.change_lasting", finding=label, days=round(change.over / 86400))
    return label


def acknowledged(turn: Turn, knowledge: Knowledge) -> list[str]:
    """What was understood, what was not, and what no rule knows, a line each where there is anything to say."""
    messages = knowledge.messages
    lines = []
    said = understood(turn.case, knowledge)
    if said:
        lines.append(messages.text("ask.understood", findings="; ".join(said)))
    words = unread(turn)
    if words:
        lines.append(messages.text("ask.not_understood", words=", ".join(f'"{each}"' for each in words)))
    if turn.case.unexplained and turn.decision.covered == "yes":
        lines.append(messages.text("ask.unexplained", complaints=", ".join(turn.case.unexplained)))
    return lines


def unread(turn: Turn) -> list[str]:
    """The words of the message that nothing explains, the first few of them."""
    if turn.reading is None:
        return []
    return [words for _, _, words in turn.reading.not_understood][:_MOST_UNREAD]
