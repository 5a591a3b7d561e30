"""A topic drawn: everything that its rules rest on is in the picture, and Graphviz can draw it."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.knowledge import Knowledge, load
from bot.knowledge.conditions import Has, Range, leaves
from bot.knowledge.drawing import DrawingError, can_draw, svg
from bot.knowledge.graph import TopicError, topic_dot, topics
from bot.knowledge.model import Review
from bot.knowledge.wording import Wording, span

SHIPPED = topics(load())


def today(knowledge: Knowledge) -> date:
    return max(rule.valid_from for rule in knowledge.rules.values())


@pytest.mark.parametrize("topic", SHIPPED)
def test_every_topic_becomes_svg_with_all_its_rules(knowledge: Knowledge, topic: str) -> None:
    picture = ElementTree.fromstring(svg(topic_dot(knowledge, topic, today(knowledge))))
    titles = {each.text for each in picture.iter("{http://www.w3.org/2000/svg}title")}
    for rule in (each for each in knowledge.rules.values() if each.topic == topic):
        assert {f"rule {rule.id}", f"level {rule.level}"} <= titles


def test_every_topic_and_every_group_of_rules_can_be_drawn(knowledge: Knowledge) -> None:
    assert set(SHIPPED) == {*knowledge.topics, *(rule.topic for rule in knowledge.rules.values())}


@pytest.mark.parametrize("topic", SHIPPED)
def test_levels_stand_in_words_and_red_flags_are_marked(knowledge: Knowledge, topic: str) -> None:
    dot = topic_dot(knowledge, topic, today(knowledge))
    words = Wording(knowledge)
    rules = [each for each in knowledge.rules.values() if each.topic == topic]
    assert {words.level(rule.level) for rule in rules} <= set(re.findall(r"<B>([^<]*)</B>", dot)), topic
    drawn = set(re.findall(r'^  "question ([^"]+)" \[', dot, re.MULTILINE))
    flags = [each for each in knowledge.questions if each.red_flag and each.id in drawn]
    assert dot.count("Red-flag question") == len(flags)
    assert "not yet reviewed" in dot or all(rule.reviewed for rule in rules)


@pytest.mark.parametrize("topic", SHIPPED)
def test_every_edge_joins_two_boxes_that_are_there(knowledge: Knowledge, topic: str) -> None:
    dot = topic_dot(knowledge, topic, today(knowledge))
    boxes = {name.strip('"') for name in re.findall(r'^  ("[^"]+"|start|said) \[', dot, re.MULTILINE)}
    edges = re.findall(r'^  ("[^"]+"|\w+) -> ("[^"]+"|\w+)', dot, re.MULTILINE)
    assert edges and {end.strip('"') for edge in edges for end in edge} <= boxes
    into = {end.strip('"') for _, end in edges}
    assert {box for box in boxes if box.startswith(("rule ", "level ", "finding "))} <= into


def test_thresholds_are_written_on_the_rules(knowledge: Knowledge) -> None:
    limits = {
        rule.topic: leaf.lasting
        for rule in knowledge.rules.values()
        for leaf in leaves(rule.when)
        if isinstance(leaf, Has) and leaf.lasting is not None and leaf.lasting.over is not None
    }
    assert limits
    for topic, limit in limits.items():
        assert limit.over is not None
        plain = " ".join(re.sub(r"<[^>]+>|&#160;", " ", topic_dot(knowledge, topic, today(knowledge))).split())
        assert f"more than {span(limit.over)}" in plain


def test_review_and_dates_are_shown(knowledge: Knowledge) -> None:
    rule = next(iter(knowledge.rules.values()))
    day = today(knowledge)
    review = Review("Dr <A> & B", day, day + timedelta(days=365))

    def drawn(**changes: object) -> str:
        changed = replace(knowledge, rules={rule.id: replace(rule, **changes)})
        return topic_dot(changed, rule.topic, day)

    assert "reviewed by Dr &lt;A&gt; &amp; B on" in drawn(reviewed=review)
    assert "not in force since" in drawn(valid_to=day - timedelta(days=1))
    assert "in force until" in drawn(valid_to=day)
    assert "in force from" in drawn(valid_from=day + timedelta(days=1))
    svg(drawn(reviewed=review))


def test_an_unknown_topic_names_the_nearest(knowledge: Knowledge) -> None:
    with pytest.raises(TopicError, match=f'Did you mean "{SHIPPED[0]}"'):
        topic_dot(knowledge, SHIPPED[0] + "x", today(knowledge))


def test_the_text_is_the_same_twice(knowledge: Knowledge) -> None:
    first, second = (topic_dot(knowledge, SHIPPED[0], today(knowledge)) for _ in range(2))
    assert first == second


def test_without_graphviz_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not can_draw()
    with pytest.raises(DrawingError, match="apt-get install graphviz"):
        svg("digraph { a }")


def test_what_graphviz_cannot_read_is_an_error_and_no_empty_svg() -> None:
    with pytest.raises(DrawingError, match="Graphviz failed"):
        svg("digraph {")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (86400, "1 day"),
        (1209600, "14 days"),
        (300, "5 minutes"),
        (2629800, "1 month"),
        (36000, "10 hours"),
        (30, "30 seconds"),
    ],
)
def test_stretches_in_their_largest_whole_unit(seconds: float, words: str) -> None:
    assert span(seconds) == words


def test_bounds_in_words(knowledge: Knowledge) -> None:
    words = Wording(knowledge).range(Range(over=86400, at_most=2 * 86400))
    assert words == "more than 1 day and at most 2 days"
