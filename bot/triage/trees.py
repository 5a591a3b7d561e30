"""An explanation as lines to read in a terminal: the level, the rules by what came of them, their trees."""

from __future__ import annotations

from collections.abc import Iterator

from bot.triage.explain import FIRED, NEARLY, NOT_IN_FORCE, OVERRULED, Explained, Explanation, Node

_HEADINGS = {
    FIRED: "Fired",
    OVERRULED: "Overruled by a higher level",
    NEARLY: "Nearly fired",
    NOT_IN_FORCE: "Not in force",
}
_MARKS = {"yes": "yes    ", "no": "no     ", "unknown": "unknown"}


def lines(explanation: Explanation) -> Iterator[str]:
    """The lines of an explanation."""
    could = "" if explanation.could_become == explanation.level else f" (could become {explanation.could_become})"
    version = explanation.knowledge_version[:10]
    yield f"{explanation.level}{could}, decided for {explanation.on} with knowledge {version}"
    for status, heading in _HEADINGS.items():
        rules = explanation.of(status)
        yield ""
        yield f"{heading}: {len(rules) or 'none'}"
        for rule in rules:
            yield from _rule(rule)


def _rule(rule: Explained) -> Iterator[str]:
    notes = [f"reviewed by {rule.reviewed}" if rule.reviewed else "not yet reviewed"]
    if rule.why_not:
        notes.insert(0, {"begins": "begins later", "ended": "has ended", "child": "not for children"}[rule.why_not])
    if rule.caution:
        notes.insert(0, "by caution")
    yield f"  {rule.id} v{rule.version} -> {rule.level} ({', '.join(notes)})"
    yield from _tree(rule.tree, 2)
    for way in rule.ways:
        yield f"    missing: {' AND '.join(way.missing)} -> {way.level}"


def _tree(node: Node, depth: int) -> Iterator[str]:
    yield f"{'  ' * depth}{_MARKS[node.truth]} {node.words}"
    for part in node.parts:
        yield from _tree(part, depth + 1)
