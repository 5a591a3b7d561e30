"""The rule debugger: made-up facts in, rules out; every rule listed; a drawing where Graphviz is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.console.debugger import MOST
from bot.knowledge import Knowledge
from bot.knowledge.graph import topics
from tests.console.people import somebody
from tests.web.conftest import FakeDesk, conversations, desk, engine, make_client, settings

__all__ = ["FakeDesk", "conversations", "desk", "engine", "make_client", "settings"]


@pytest.fixture
def client(make_client: Callable[..., TestClient]) -> TestClient:
    return somebody(make_client(), "reviewer")


def tried(client: TestClient, facts: str, **more: str) -> Any:
    return client.post("/console/rules", data={"facts": facts, **more})


def urgent(knowledge: Knowledge) -> tuple[str, str]:
    """An emergency rule and the facts of its first case that fires, as somebody would write them."""
    for rule in knowledge.rules.values():
        for case in rule.cases:
            if rule.level == "emergency" and case.expect == "fires" and case.facts:
                return rule.id, "\n".join(f"{name}: {value}" for name, value in case.facts.items())
    raise AssertionError("no emergency rule has a case that fires")


def test_the_form_begins_with_an_example_that_can_be_sent(client: TestClient, knowledge: Knowledge) -> None:
    page = client.get("/console/rules")
    assert page.status_code == 200 and '<form method="post"' in page.text
    example = page.text.split("<textarea", 1)[1].split(">", 1)[1].split("</textarea>")[0]
    assert example and tried(client, example).status_code == 200
    assert page.text.count("<option ") == len(knowledge.findings)


def test_facts_in_rules_out(client: TestClient, knowledge: Knowledge) -> None:
    rule, facts = urgent(knowledge)
    page = tried(client, facts)
    result = page.text.split('id="result"')[1].split('id="every"')[0]
    assert page.status_code == 200 and "Emergency" in result
    assert result.index("Fired") < result.index(f"<code>{rule}</code>") < result.index("Nearly fired")
    assert "Yes:" in result


def test_the_day_decides_which_rules_count(client: TestClient, knowledge: Knowledge) -> None:
    _, facts = urgent(knowledge)
    assert "What the rules of 2031-05-06 say" in tried(client, facts, on="2031-05-06").text
    assert "What the rules of" not in tried(client, facts, on="May").text


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ("no_such_thing: present", "unknown finding &#34;no_such_thing&#34;"),
        ("", "there are no facts"),
        ("a: [", "line 2"),
        ("<script>alert(1)</script>: present", "&lt;script&gt;"),
        ("[" * 5000, "cannot be read"),
        ("x" * (MOST + 1), "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_told_beside_the_form(client: TestClient, facts: str, words: str) -> None:
    page = tried(client, facts)
    assert page.status_code == 422 and words in page.text and 'role="alert"' in page.text
    assert "<script>" not in page.text and 'aria-invalid="true"' in page.text


def test_every_rule_is_listed_with_its_sources_and_its_review(client: TestClient, knowledge: Knowledge) -> None:
    page = client.get("/console/rules").text
    every = page.split('id="every"')[1]
    for rule in knowledge.rules.values():
        assert f"<code>{rule.id}</code> version {rule.version}" in every
    unsigned = [rule for rule in knowledge.rules.values() if rule.reviewed is None]
    assert every.count("Not yet reviewed by a clinician") == len(unsigned)
    assert knowledge.sources[next(iter(knowledge.rules.values())).sources[0]].organisation in every


def test_the_drawing_is_svg_without_anything_that_runs(client: TestClient, knowledge: Knowledge) -> None:
    for topic in topics(knowledge)[:2]:
        assert f'href="/console/rules/{topic}.svg"' in client.get("/console/rules").text
        drawn = client.get(f"/console/rules/{topic}.svg")
        assert drawn.status_code == 200 and drawn.headers["Content-Type"].startswith("image/svg+xml")
        assert "<svg" in drawn.text and "<script" not in drawn.text and " style=" not in drawn.text


def test_an_unknown_topic_is_told(client: TestClient) -> None:
    page = client.get("/console/rules/nothing.svg")
    assert page.status_code == 404 and "no such topic" in page.text


def test_without_graphviz_the_page_works_and_says_why_there_is_no_drawing(
    client: TestClient, knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    page = client.get("/console/rules")
    assert (
        page.status_code == 200
        and "Graphviz is not installed" in page.text
        and ".svg" not in page.text.split('id="every"')[1]
    )
    assert client.get(f"/console/rules/{topics(knowledge)[0]}.svg").status_code == 503
