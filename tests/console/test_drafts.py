"""Drafts: made in one click, of nothing that leads to the person, and good for what they are meant for."""

from __future__ import annotations

import json
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy.engine import Engine
from starlette.testclient import TestClient

from bot.archive.importing import import_paths
from bot.console.deidentify import banded, deidentified
from bot.console.draft_check import DraftCheck
from bot.console.nlu_examples import Example, Marked, examples_yaml
from bot.interview.proof import fault
from bot.knowledge import Knowledge
from bot.knowledge.model import RuleCase
from bot.records.conversations import Conversations
from bot.records.drafts import KINDS
from bot.records.letters import Letters
from bot.web.texts import Texts
from tests.console.judged import HOSTILE, TEXT, change, content, draft, field, judge, page_of, talk
from tests.console.people import somebody
from tests.dialogue.scenario import parse
from tests.web.conftest import FakeDesk, client, conversations, desk, engine, make_client, settings

__all__ = ["FakeDesk", "client", "conversations", "desk", "engine", "make_client", "settings"]

NOW = datetime(2026, 3, 5, 9, 0, tzinfo=timezone.utc)
ON = date(2026, 6, 1)
MARKED = {"mark_message": "1", "mark_words": "see double", "mark_finding": "double vision", "mark_start": ""}
MARKED["mark_verdict"] = "missed"
PERSONAL = ("Ada", "Brown", "0171", "5678", "47", "1 March", "2026")


@pytest.fixture
def ada(client: TestClient) -> TestClient:
    return somebody(client, "lead", "ada")


@pytest.fixture
def ben(client: TestClient) -> TestClient:
    return somebody(client, "knowledge_owner", "ben")


@pytest.fixture
def one(conversations: Conversations, knowledge: Knowledge, ada: TestClient) -> str:
    """A conversation that was judged right."""
    made = talk(conversations, knowledge)
    assert judge(ada, made, level_verdict="right", done="1", **MARKED).status_code == 303
    return made


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_in_a_draft_leads_to_the_person(ada: TestClient, one: str, kind: str) -> None:
    text = content(ada, draft(ada, one, kind))
    assert [each for each in (*PERSONAL, one) if each in text] == []
    if kind != "rule_case":
        assert "I'm 45" in text and "3 days ago" in text and "[phone]" in text


def test_a_rule_case_runs(ada: TestClient, one: str, knowledge: Knowledge) -> None:
    path = draft(ada, one, "rule_case")
    ((rule_id, rule),) = yaml.safe_load(content(ada, path))["rules"].items()
    (case,) = rule["cases"]
    assert rule_id == "et-r5" and case["expect"] == "fires" and case["level"] == "within_2_weeks"
    facts = {"drooping_eyelid": "present", "drooping_eyelid.lasting": "3 days", "headache": "absent"}
    assert case["facts"] == {**facts, "person.age": 45, "double_vision": "present"}
    told = fault(knowledge.rules[rule_id], RuleCase(**case), knowledge)
    page = ada.get(path).text
    assert (told is None) is ("this case holds" in page) and (told is None or "this case fails" in page)


@pytest.mark.parametrize(
    ("verdict", "level", "expect"), [("too_calm", "same_day", "fires"), ("too_alarmed", "routine", "near_miss")]
)
def test_a_rule_case_follows_the_verdict(
    ada: TestClient, one: str, knowledge: Knowledge, verdict: str, level: str, expect: str
) -> None:
    fields = {"finding:headache": "wrong", "level_verdict": verdict, "right_level": level}
    judge(ada, one, **fields, **MARKED)
    ((rule_id, rule),) = yaml.safe_load(content(ada, draft(ada, one, "rule_case")))["rules"].items()
    (case,) = rule["cases"]
    assert (case["expect"], case["level"]) == (expect, level)
    assert "headache" not in case["facts"] and case["facts"]["double_vision"] == "present"
    if verdict == "too_calm":
        assert knowledge.rules[rule_id].level == level
    else:
        assert rule_id == "et-r5"


def test_examples_carry_the_marks(ada: TestClient, one: str) -> None:
    text = content(ada, draft(ada, one, "nlu"))
    data = yaml.safe_load(text)
    (item,) = data["nlu"]
    assert data["version"] == "3.1" and item["intent"] == "inform"
    assert '[see double]{"entity": "finding", "value": "double_vision"}' in item["examples"]


def test_what_looks_like_an_annotation_is_none() -> None:
    hostile = f'{HOSTILE}\n[x]{{"entity": "role"}} [y][z]\n- intent: deny\n# no'
    at = hostile.index("no")
    text = examples_yaml([Example(hostile, [Marked(at, at + 2, "f"), Marked(at, at + 1, "g"), Marked(0, 0, "h")])])
    (item,) = yaml.safe_load(text)["nlu"]
    assert item["examples"].count("\n") == 1 and "](" not in item["examples"] and "][" not in item["examples"]
    assert item["examples"].count("]{") == 1


def test_a_scenario_parses(ada: TestClient, one: str) -> None:
    (entry,) = yaml.safe_load(content(ada, draft(ada, one, "scenario")))
    scenario = parse(entry, "draft")
    assert [next(iter(step)) for step in scenario.steps] == ["say", "choose"]
    assert scenario.steps[1]["choose"] == ["gradual"] and scenario.steps[1]["at"] == "onset"
    assert scenario.steps[1]["expect"] == {"kind": "advice", "level": "within_2_weeks"}


def test_an_entry_imports_once_it_has_a_reply(ada: TestClient, one: str, engine: Engine, tmp_path: Path) -> None:
    path = draft(ada, one, "entry")
    page = ada.get(path).text
    assert "reply missing or empty" in page
    entry = json.loads(content(ada, path))
    assert change(ada, path, content=json.dumps({**entry, "reply": "See a doctor today."})).status_code == 303
    file = tmp_path / "entry.jsonl"
    file.write_text(content(ada, path), encoding="utf-8")
    assert import_paths([file], engine).imported == 1


def test_what_the_clinic_wrote_becomes_the_reply(ada: TestClient, one: str, engine: Engine) -> None:
    Letters(engine).write(one, "x", "Dear Ada Brown, please come on 6 March 2026.", NOW)
    reply = json.loads(content(ada, draft(ada, one, "entry")))["reply"]
    assert reply.startswith("Dear [name]") and reply.endswith(", please come in 1 day.")


def test_drafts_need_another_ones_approval(ada: TestClient, ben: TestClient, one: str) -> None:
    path = draft(ada, one, "nlu")
    assert "Approve" not in ada.get(path).text.split('class="actions"')[1].split("Remove")[0]
    own = change(ada, path, "approve")
    assert own.status_code == 403 and "wrote this text yourself" in own.text
    old = ben.get(path).text
    assert change(ada, path, content=content(ada, path).replace("I'm", "I am")).status_code == 303
    hidden = {name: field(old, name) for name in ("seal", "seen")}
    for what in ("/approve", "/remove", ""):
        late = ben.post(f"{path}{what}", data={**hidden, "content": "x"}, follow_redirects=False)
        assert late.status_code == 409 and "Somebody changed this draft" in late.text
    assert change(ben, path, "approve").status_code == 303
    assert "approved by Ben" in ada.get(path).text and "approved by Ben" in ada.get("/console/drafts").text
    assert change(ada, path, content=content(ada, path)).status_code == 303
    assert "waits for approval" in ada.get(path).text


def test_a_reviewer_sees_their_own_drafts_alone(client: TestClient, ada: TestClient, one: str) -> None:
    path = draft(ada, one, "nlu")
    cleo = somebody(client, "reviewer", "cleo")
    assert cleo.get(path).status_code == 404 and path not in cleo.get("/console/drafts").text
    page = page_of(cleo, one)
    seal = {"seal": field(page, "seal"), "seen": "x"}
    for what in ("", "/remove"):
        assert cleo.post(f"{path}{what}", data={**seal, "content": "x"}).status_code == 404
    assert cleo.post(f"{path}/approve", data=seal).status_code == 403
    none = cleo.post(f"/console/conversations/{one}/drafts", data={**seal, "kind": "nlu"})
    assert none.status_code == 409 and "Save your own verdict" in none.text
    judge(cleo, one, level_verdict="right")
    own = draft(cleo, one, "scenario")
    assert cleo.get(own).status_code == 200 and own in ada.get("/console/drafts").text
    assert change(cleo, own, "remove").status_code == 303 and ada.get(own).status_code == 404


@pytest.mark.parametrize("number", ["0", "x", "-1", "²", "9" * 30])
def test_a_draft_that_is_not_there(ada: TestClient, number: str) -> None:
    assert ada.get(f"/console/drafts/{number}").status_code == 404


def test_forms_without_a_seal_do_nothing(ada: TestClient, ben: TestClient, one: str) -> None:
    path = draft(ada, one, "nlu")
    for what in ("", "/approve", "/remove"):
        assert ben.post(f"{path}{what}", data={"content": "x"}).status_code == 403
    assert ada.post(f"/console/conversations/{one}/drafts", data={"kind": "nlu"}).status_code == 403
    seal = field(page_of(ada, one), "seal")
    assert ada.post(f"/console/conversations/{one}/drafts", data={"kind": HOSTILE, "seal": seal}).status_code == 400


def test_a_conversation_without_a_decision_gives_no_case(
    ada: TestClient, conversations: Conversations, knowledge: Knowledge
) -> None:
    bare = talk(conversations, knowledge, "e" * 32, case=None, decision=None)
    judge(ada, bare, comment="x")
    seal = field(page_of(ada, bare), "seal")
    told = ada.post(f"/console/conversations/{bare}/drafts", data={"seal": seal, "kind": "rule_case"})
    assert told.status_code == 409 and "Nothing was decided" in told.text
    conversations.erase(bare, NOW)
    gone = ada.post(f"/console/conversations/{bare}/drafts", data={"seal": seal, "kind": "rule_case"})
    assert gone.status_code in (409, 410)


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_text_is_shown_as_text_and_not_approved(
    ada: TestClient, ben: TestClient, conversations: Conversations, knowledge: Knowledge, kind: str
) -> None:
    other = talk(conversations, knowledge, "f" * 32, text=HOSTILE)
    judge(ada, other, level_verdict="right", comment=HOSTILE)
    path = draft(ada, other, kind)
    page = ada.get(path).text
    assert "<script>" not in page.replace("<script src=", "") and 'onfocus="y' not in page
    for text in (HOSTILE, "", "a: [", "[" * 4000, "- &a [*a]", "x: \x00\x0c", "null", "[]", "{}", "rules: {et-r5: 3}"):
        sent = change(ada, path, content=text)
        if sent.status_code == 303:
            assert "<script>" not in ada.get(path).text.replace("<script src=", "")
            refused = change(ben, path, "approve")
            assert refused.status_code == 422 and "Put right what is named below" in refused.text, text
    assert change(ada, path, content="x" * 20_001).status_code == 422


CASE = "rules:\n  et-r5:\n    cases:\n      - {name: n, facts: {drooping_eyelid: present}, expect: fires}\n"


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("rule_case", CASE.replace("et-r5", "et-r555"), 'no rule "et-r555"'),
        ("rule_case", CASE.replace("fires", "burns"), "fires, near_miss"),
        ("rule_case", CASE.replace("drooping_eyelid", "dropping_eyelid"), "Did you mean"),
        ("rule_case", CASE.replace("expect: fires", "expect: fires, level: soon"), "emergency"),
        ("rule_case", CASE.replace("name: n", "name: n, message: m"), "one case"),
        ("nlu", 'version: "3.1"\nnlu: []\n', "intent"),
        ("nlu", 'version: "3.1"\nnlu:\n- intent: inform\n  examples: |\n    no hyphen\n', "hyphen"),
        ("nlu", 'version: "3.1"\nnlu: []\nrules: []\n', "intent"),
        ("scenario", "- name: x\n  steps:\n  - choose: [a]\n", "Step 1"),
        ("scenario", "- name: x\n  steps:\n  - say: a\n    finish: {}\n", "Step 1"),
        ("entry", '{"title": "a"}', "reply"),
        ("entry", "{}\n{}", "one JSON object"),
    ],
)
def test_what_is_wrong_with_a_draft_is_named(
    knowledge: Knowledge, settings: Any, kind: str, text: str, words: str
) -> None:
    found = DraftCheck(knowledge, Texts(knowledge, settings, "judging")).check(kind, text)
    assert len(found.problems) == 1 and words in found.problems[0]


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("since 12 March 2026", "since 81 days ago"),
        ("on the 3rd of May", "29 days ago"),
        ("it began May 3, and 2026-05-31", "it began 29 days ago, and 1 days ago"),
        ("seen 04/05/2026 and 4.5.25", "seen 28 days ago and 393 days ago"),
        ("next on 2 June 2026", "next in 1 days"),
        ("in December 20th it began", "in 163 days ago it began"),
        ("on 31 February it may 40 be 99/99/2026", "on 31 February it may 40 be 99/99/2026"),
        ("I'm 47, aged 71, a 9-year-old, 63 yo", "I'm 45, aged 75, a 8-year-old, 65 yo"),
        ("I am 38.5 hot, I'm 12 weeks pregnant, 20 years ago", "I am 38.5 hot, I'm 12 weeks pregnant, 20 years ago"),
        ("pain 7/10, 2 of 3, 120/80", "pain 7/10, 2 of 3, 120/80"),
    ],
)
def test_dates_become_offsets_and_ages_bands(said: str, left: str) -> None:
    def offset(days: int) -> str:
        return f"{days} days ago" if days > 0 else f"in {-days} days"

    assert deidentified(said, ON, offset)[-1].text == left


def test_no_band_goes_over_sixteen() -> None:
    for age in range(130):
        assert (banded(age) < 16) is (age < 16), age
    assert TEXT.count("47") == 1
