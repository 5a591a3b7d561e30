"""A topic as a graph in DOT, Graphviz's language: complaints, questions, findings, rules and levels, left to right.

The text depends on the knowledge and the day alone; `bot.knowledge.drawing` makes the picture.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import date
from html import escape
from typing import Optional

from bot.knowledge.conditions import Condition, Has, Not, PersonIs, leaves
from bot.knowledge.knowledge import Knowledge
from bot.knowledge.model import Question, Rule, urgency
from bot.knowledge.problems import nearest
from bot.knowledge.wording import Wording

# Fill and text of each level, as on the console's pages; the words stand in the box as well.
_COLOURS = {
    "emergency": ("#a3121f", "#ffffff"),
    "same_day": ("#b4400b", "#ffffff"),
    "within_2_weeks": ("#f2b705", "#231a00"),
    "routine": ("#1d5fa8", "#ffffff"),
    "self_care": ("#1f6f43", "#ffffff"),
}
_RED = "#a3121f"
_SAID = "said"
"""The node for what is never asked and counts when a person says it."""


class TopicError(ValueError):
    """There is no such topic; the text names the nearest one."""


def topics(knowledge: Knowledge) -> tuple[str, ...]:
    """What can be drawn: the topics, and the groups of rules that hold whatever the complaint."""
    return tuple(sorted({*knowledge.topics, *(rule.topic for rule in knowledge.rules.values())}))


def topic_dot(knowledge: Knowledge, topic: str, on: date) -> str:
    """The DOT text of a topic as it is on a day. Raises TopicError that names the topics where there is no such one."""
    if topic not in topics(knowledge):
        raise TopicError(f'there is no topic "{topic}". {nearest(topic, topics(knowledge))}')
    return "\n".join(_Graph(knowledge, topic, on).lines()) + "\n"


class _Graph:
    def __init__(self, knowledge: Knowledge, topic: str, on: date) -> None:
        self._knowledge = knowledge
        self._topic = topic
        self._on = on
        self._words = Wording(knowledge)
        mine = [rule for rule in knowledge.rules.values() if rule.topic == topic]
        self._rules = sorted(mine, key=lambda rule: (-urgency(rule.level), rule.id))
        known = knowledge.topics.get(topic)
        self._complaints = known.complaints if known else ()
        family = {name for each in self._complaints for name in (each, *knowledge.narrower(each))}
        self._family = family.union(*(knowledge.broader(each) for each in self._complaints))
        used = (leaf.finding for rule in self._rules for leaf in leaves(rule.when) if isinstance(leaf, Has))
        self._findings = [name for name in dict.fromkeys(used) if name not in self._family]

    def lines(self) -> Iterator[str]:
        title = self._text("title", topic=self._label(), version=self._knowledge.version[:10], day=self._on)
        yield f"digraph {_quoted(self._topic)} {{"
        yield '  graph [rankdir=LR, ranksep=1.1, nodesep=0.18, fontname="Helvetica", fontsize=18, labelloc=t,'
        yield f"    label={_quoted(title)}];"
        yield '  node [shape=plain, fontname="Helvetica", fontsize=11];'
        yield '  edge [color="#7a8891", arrowsize=0.6, penwidth=0.9];'
        yield from self._start()
        yield from self._asked()
        for rule in self._rules:
            yield from self._rule(rule)
        for level in dict.fromkeys(rule.level for rule in self._rules):
            fill, ink = _COLOURS[level]
            words = f'<FONT COLOR="{ink}" POINT-SIZE="14"><B>{_html(self._words.level(level), 24)}</B></FONT>'
            yield f"  {_quoted('level ' + level)} [label=<{_table([_row(words)], fill)}>];"
        yield f"  {{ rank=same; {' '.join(_quoted('rule ' + rule.id) for rule in self._rules)} }}"
        yield "}"

    def _start(self) -> Iterator[str]:
        rows = [_row(f"<B>{_html(self._label(), 30)}</B>")]
        rows += [_row(_html(self._words.label(name), 30)) for name in self._complaints]
        if not self._complaints:
            rows.append(_row(_html(self._text("anyone"), 30)))
        yield f"  start [label=<{_table(rows, '#e3eef0')}>];"

    def _asked(self) -> Iterator[str]:
        asked: dict[str, list[Question]] = {name: self._questions(name) for name in self._findings}
        for question in self._knowledge.questions:
            if question.attribute is None and any(question in each for each in asked.values()):
                yield from self._question(question)
        if not all(asked.values()):
            words = _html(self._text("only_said"), 34)
            yield f"  {_SAID} [label=<{_table([_row(f'<I>{words}</I>')], '#ffffff')}>];"
            yield f"  start -> {_SAID};"
        for name, questions in asked.items():
            finding = self._knowledge.findings[name]
            calms = f"<BR/><I>{_html(self._text('calms'), 34)}</I>" if finding.calms else ""
            row = _row(_html(finding.label, 34) + calms)
            yield f"  {_quoted('finding ' + name)} [label=<{_table([row], '#ffffff')}>];"
            for source in [f"question {question.id}" for question in questions] or [_SAID]:
                yield f"  {_quoted(source)} -> {_quoted('finding ' + name)};"
        for question in self._knowledge.questions:
            named = any(question in each for each in asked.values())
            if question.attribute is not None and (named or any(_needs(rule, question) for rule in self._rules)):
                yield from self._question(question)

    def _questions(self, finding: str) -> list[Question]:
        """The questions that ask about a finding, one of its kinds, or what it is a kind of."""
        knowledge = self._knowledge
        family = {finding, *knowledge.narrower(finding), *knowledge.broader(finding)}
        named = {getattr(knowledge.findings[name], "asked_in", None) for name in family}
        return [each for each in knowledge.questions if each.id in named or family.intersection(each.findings)]

    def _question(self, question: Question) -> Iterator[str]:
        rows = [_row(_html(question.text.replace("{finding}", self._text("it")), 36))]
        if question.red_flag:
            rows.insert(0, _row(f'<FONT COLOR="{_RED}"><B>{_html(self._text("red_flag"), 36)}</B></FONT>'))
        edge = f'color="{_RED}", penwidth=2' if question.red_flag else 'color="#4c5d66"'
        border = _RED if question.red_flag else "#4c5d66"
        yield f"  {_quoted('question ' + question.id)} [label=<{_table(rows, '#fdf9ee', border)}>];"
        yield f"  start -> {_quoted('question ' + question.id)} [{edge}];"

    def _rule(self, rule: Rule) -> Iterator[str]:
        node = _quoted(f"rule {rule.id}")
        fill, ink = _COLOURS[rule.level]
        head = self._text("rule", id=rule.id, version=rule.version, level=self._words.level(rule.level))
        rows = [f'<TR><TD ALIGN="LEFT" BGCOLOR="{fill}"><FONT COLOR="{ink}"><B>{_html(head, 60)}</B></FONT></TD></TR>']
        rows.append(_row(f"<I>{_html(self._status(rule), 60)}</I>"))
        seen: dict[int, Has] = {}
        rows += self._tree(rule.when, 0, seen)
        yield f"  {node} [label=<{_table(rows, '#ffffff' if rule.valid_on(self._on) else '#dddddd', fill)}>];"
        drawn = False
        for port, leaf in seen.items():
            if leaf.finding not in self._family:
                drawn = True
                source = _quoted("finding " + leaf.finding)
                yield f'  {source} -> {node}:p{port}:w [color="{fill}"];'
        for question in self._knowledge.questions:
            if question.attribute is not None and _needs(rule, question):
                drawn = True
                yield f'  {_quoted("question " + question.id)} -> {node} [style=dashed, color="#4c5d66"];'
        if not drawn:
            yield f"  start -> {node};"
        yield f'  {node} -> {_quoted("level " + rule.level)} [color="{fill}", penwidth=2];'

    def _status(self, rule: Rule) -> str:
        parts = [self._text("not_reviewed")]
        if rule.reviewed is not None:
            review = rule.reviewed
            parts = [self._text("reviewed", by=review.by, on=review.on, next=review.next)]
        if self._on < rule.valid_from:
            parts.append(self._text("begins", day=rule.valid_from))
        elif rule.valid_to is not None:
            parts.append(self._text("ended" if rule.valid_to < self._on else "ends", day=rule.valid_to))
        return "; ".join(parts)

    def _tree(self, condition: Condition, depth: int, seen: dict[int, Has]) -> Iterator[str]:
        port: Optional[int] = None
        if isinstance(condition, Has):
            port = len(seen)
            seen[port] = condition
        yield _row("&#160;" * 4 * depth + _html(self._words.condition(condition), 60, 4 * depth), port)
        if isinstance(condition, Not):
            yield from self._tree(condition.part, depth + 1, seen)
        elif not isinstance(condition, (Has, PersonIs)):
            for part in condition.parts:
                yield from self._tree(part, depth + 1, seen)

    def _label(self) -> str:
        known = self._knowledge.topics.get(self._topic)
        return known.label if known else self._topic.replace("_", " ").capitalize()

    def _text(self, key: str, **values: object) -> str:
        return self._knowledge.messages.text(f"console.graph.{key}", **values)


def _needs(rule: Rule, question: Question) -> bool:
    """Whether a rule sets a limit to what the question asks about: how long, how it came, its trend, the age."""
    if question.attribute is None:
        return False
    if question.attribute in ("age", "sex", "pregnant"):
        return any(
            isinstance(leaf, PersonIs) and getattr(leaf, question.attribute) is not None for leaf in leaves(rule.when)
        )
    return any(isinstance(leaf, Has) and getattr(leaf, question.attribute, None) for leaf in leaves(rule.when))


def _row(words: str, port: Optional[int] = None) -> str:
    name = f' PORT="p{port}"' if port is not None else ""
    return f'<TR><TD ALIGN="LEFT"{name}>{words}</TD></TR>'


def _table(rows: list[str], fill: str, border: str = "#4c5d66") -> str:
    look = f'BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="3" BGCOLOR="{fill}" COLOR="{border}"'
    return f"<TABLE {look}>{''.join(rows)}</TABLE>"


def _html(text: str, width: int, indent: int = 0) -> str:
    """The text as a label in DOT's kind of HTML, broken into lines of `width` characters, each further one indented."""
    broken = [escape(line) for line in textwrap.wrap(text, width) or [" "]]
    words = f'<BR ALIGN="LEFT"/>{"&#160;" * (indent + 2 if indent else 0)}'.join(broken)
    # Without a break of its own the last of several lines would stand in the middle.
    return words + '<BR ALIGN="LEFT"/>' if len(broken) > 1 else words


def _quoted(text: object) -> str:
    escaped = str(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
