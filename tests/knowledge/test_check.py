"""`knowledge check` on a museum of broken knowledge, one fault each, and on the knowledge that the program comes with.

Each folder of `broken/` is laid over a copy of `small/`, the smallest knowledge without a fault.
"""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.interview.proof import check
from bot.knowledge import Knowledge, KnowledgeError, build, load
from bot.knowledge.languages import languages
from bot.knowledge.lint import lint
from bot.triage import decide
from bot.triage.facts import case_of
from tests.knowledge.test_claims import MUSEUM as WORDS

HERE = Path(__file__).parent
ON = date(2026, 11, 23)
RULE = "rules/broken.yml"

# The folder of broken/, the file and the line that the message names, and the telling words of it: what was read,
# what is valid, what to do.
MUSEUM: list[tuple[str, str, int, tuple[str, ...]]] = [
    ("unknown_finding", RULE, 6, ('"blue_thump"', 'Did you mean "blue_thumb"?', "declared in knowledge/findings/")),
    ("broader_than_nothing", "findings/x.yml", 4, ('"sore_thum"', 'Did you mean "sore_thumb"?')),
    ("unknown_key", RULE, 5, ('"levle"', 'Did you mean "level"?')),
    ("unknown_condition", RULE, 6, ('"al"', 'Did you mean "all"?')),
    ("unknown_trend", RULE, 6, ('"wors"', 'Did you mean "worse"?')),
    ("unknown_level", RULE, 5, ('"emergncy"', 'Did you mean "emergency"?')),
    ("duplicate_key", RULE, 6, ('"level" is here twice', "first on line 5", "Keep one")),
    ("rule_id_twice", "rules/thumb.yml", 3, ('"th-1" is also in rules/broken.yml', "never reused")),
    ("no_such_source", RULE, 8, ('"HANDBOK"', 'Did you mean "HANDBOOK"?', "knowledge/sources.yml")),
    ("bad_date", RULE, 9, ('"2026-02-30" is no date', "Write it as 2026-11-23")),
    ("bad_time_span", RULE, 6, ('"14 dayz"', 'such as "14 days"')),
    (
        "without_near_miss",
        RULE,
        10,
        ('"th-9" has no case that expects near_miss', "fires, near_miss, denied and unknown"),
    ),
    ("case_that_does_not_hold", RULE, 14, ("It is not sore either", "expected unknown of rule th-9", "does not fire")),
    ("case_of_another_level", RULE, 11, ("A blue thumb", "expected the level emergency", "same_day")),
    ("case_with_an_unknown_finding", RULE, 12, ("It was blue once", '"blue_thum"', 'Did you mean "blue_thumb"?')),
    ("not_over_a_red_flag", RULE, 6, ("says not: blue_thumb", "Only findings that calm")),
    ("calm_because_of_a_red_flag", RULE, 6, ('"blue_thumb"', "never lowers urgency")),
    ("two_rules_one_condition", "rules/thumb.yml", 6, ('"th-1" has the condition of "th-9"', "End one of them")),
    ("never_decides", RULE, 6, ('"th-9" (routine) can never decide', '"th-1" (same_day) holds too')),
    ("takes_no_part", RULE, 11, ("A boy with a blue thumb", "takes no part", "the patient is a child")),
    ("ends_before_it_begins", RULE, 6, ("ends (2025-12-31) before it begins (2026-01-01)",)),
    ("review_is_due", RULE, 6, ('"th-9" was to be reviewed again by 2026-11-22',)),
    ("translation_of_nothing", "messages/eo/widget.json", 6, ('"page.by"', 'Did you mean "page.bye"?')),
    (
        "translation_without_its_placeholder",
        "messages/eo/widget.json",
        4,
        ('"page.hello" has the placeholders {nomo}', "in English it has {name}"),
    ),
    ("translation_without_direction", "messages/eo/widget.json", 2, ("its direction: ltr or rtl",)),
    ("translation_not_json", "messages/eo/widget.json", 3, ("this is not JSON",)),
    ("source_past_its_review", "sources.yml", 8, ('"HANDBOOK"', "by 2026-11-22", "set the new day")),
    ("safety_net_without_a_part", "topics/thumb.yml", 10, ('"how_long" is missing',)),
    ("phrase_of_two_findings", "findings/x.yml", 4, ('"Blue Thumb" is said of "blue_thumb" too', "one finding")),
    ("nobody_can_say_it", RULE, 6, ('nobody can say "green_thumb"', "neither say nor compose")),
    ("no_question_asks", RULE, 6, ('no question asks about "green_thumb"', "Add it to knowledge/interview.yml")),
    ("no_question_asks_how_long", RULE, 6, ("no question asks about the lasting", "Add one to interview.yml")),
    ("not_yaml", RULE, 8, ("cannot be read", "expected ',' or ']'")),
    ("a_list_for_names", RULE, 2, ("expected names with values under them", "read a list")),
    ("text_for_a_list", "findings/x.yml", 4, ("expected a list", "red thumb")),
]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A copy of the smallest knowledge without a fault."""
    return Path(shutil.copytree(HERE / "small", tmp_path / "knowledge"))


@pytest.mark.parametrize(("fault", "file", "line", "words"), MUSEUM, ids=[each[0] for each in MUSEUM])
def test_each_fault_is_named_with_its_place(
    small: Path, fault: str, file: str, line: int, words: tuple[str, ...]
) -> None:
    shutil.copytree(HERE / "broken" / fault, small, dirs_exist_ok=True)
    problems = check(small, ON)
    assert [(each.file, each.line, each.warning) for each in problems] == [(file, line, False)]
    assert str(problems[0]).startswith(f"{file}:{line}: ")
    assert [word for word in words if word not in problems[0].message] == []


def test_the_museum_shows_all_it_has() -> None:
    shown = {each[0] for each in (*MUSEUM, *WORDS)}
    assert shown == {folder.name for folder in (HERE / "broken").iterdir()}


def test_the_small_knowledge_has_no_fault(small: Path) -> None:
    assert check(small, ON) == []


def test_a_translation_in_part_is_a_warning_and_is_filled_in_english(small: Path) -> None:
    (small / "messages" / "eo").mkdir()
    words = {"language": {"name": "Esperanto", "direction": "ltr"}, "page": {"hello": "Saluton {name}"}}
    (small / "messages" / "eo" / "widget.json").write_text(json.dumps(words))
    (problem,) = check(small, ON)
    assert problem.warning and "1 texts are missing" in problem.message and "'page.bye'" in problem.message
    english, esperanto = languages(small).values()
    assert esperanto.texts == {"page.hello": "Saluton {name}", "page.bye": english.texts["page.bye"]}


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    (problem,) = check(tmp_path / "nowhere", ON)
    assert "nowhere" in problem.file and "no findings/" in problem.message


# Every value of the small knowledge, replaced by values of other kinds: always a message with a place, never a crash.


def _places(value: Any, keys: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield keys
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _places(inner, (*keys, name))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _places(inner, (*keys, place))


WRONG: list[Any] = ["x", 7, True, None, [], {}, ["x"], [["x"]], [{"x": 1}], {"x": 1}, {"x": {"y": 1}}]


def _richer(documents: dict[str, Any]) -> dict[str, Any]:
    """The small knowledge with one of everything in it that the loader takes apart."""
    documents = copy.deepcopy(documents)
    words = {"text": "a", "again": "b", "why": "c"}
    documents["interview.yml"]["questions"] |= {
        "long": {
            **words,
            "attribute": "lasting",
            "options": [{"value": "x", "label": "y", "lasting": {"over": "3 days"}}],
        },
        "old": {**words, "attribute": "age", "options": [{"value": "x", "label": "y", "age": {"at_most": 3}}]},
    }
    leaf = {"has": "sore_thumb", "lasting": {"over": "3 days"}, "even_if_gone": "2 days", "side": "one"}
    unless = {"onset": "gradual", "trend": ["better"], "lasting": {"over": "2 days"}}
    rule = documents["rules/thumb.yml"]["rules"]["th-1"]
    documents["rules/thumb.yml"]["rules"]["th-3"] = {
        **rule,
        "valid_to": "2030-01-01",
        "when": {
            "any": [
                {"at_least": {"n": 1, "of": [{**leaf, "unless": unless}]}},
                {"not": {"person": {"age": {"under": 16}, "sex": "female", "pregnant": True}}},
            ]
        },
    }
    documents["findings/thumb.yml"]["sore_thumb"] |= {"codes": {"icd10cm": "M79"}, "broader": ["blue_thumb"]}
    return documents


def test_a_value_of_another_kind_never_crashes_the_check(small: Path) -> None:
    plain = {path.relative_to(small).as_posix(): path for path in sorted(small.rglob("*.yml"))}
    documents = _richer({name: yaml.load(path.read_text(), Loader=yaml.BaseLoader) for name, path in plain.items()})
    for name, document in documents.items():
        for keys in list(_places(document))[1:]:
            for wrong in WRONG:
                changed = copy.deepcopy(document)
                place = changed
                for key in keys[:-1]:
                    place = place[key]
                place[keys[-1]] = wrong
                try:
                    knowledge = build({**documents, name: changed})
                    for _ in lint(knowledge, ON):
                        pass
                except KnowledgeError as error:
                    assert error.problem.file, (name, keys, wrong)


# The knowledge that the program comes with.


@pytest.fixture(scope="module")
def shipped() -> Knowledge:
    return load()


def test_the_shipped_knowledge_has_no_problem() -> None:
    assert [str(problem) for problem in check(on=ON) if not problem.warning] == []


def test_sources_warn_a_month_ahead_and_then_fail(shipped: Knowledge, small: Path) -> None:
    due = min(source.review_by for source in shipped.sources.values())
    assert ON + timedelta(days=31) < due
    due = date(2027, 6, 1)  # of the one source of the small knowledge
    assert check(small, due - timedelta(days=31)) == []
    for day in (due - timedelta(days=30), due):
        (problem,) = check(small, day)
        assert (
            problem.warning and "2027-06-01" in problem.message and str(problem).startswith("sources.yml:8: warning: ")
        )
    (problem,) = check(small, due + timedelta(days=1))
    assert not problem.warning


def test_the_knowledge_as_stored_is_the_knowledge(shipped: Knowledge) -> None:
    stored = build(json.loads(shipped.canonical))
    assert (stored.version, stored.canonical) == (shipped.version, shipped.canonical)
    assert stored.questions == shipped.questions and stored.rules == shipped.rules
    for rule in shipped.rules.values():
        for written in rule.cases:
            if written.message is None:
                one, other = (decide(case_of(written.facts, each), each, ON) for each in (shipped, stored))
                assert one.canonical() == other.canonical(), written.name


def test_every_change_makes_another_version(small: Path) -> None:
    before = load(small).version
    path = small / "interview.yml"
    path.write_text(path.read_text().replace("budget: 2", "budget: 3"))
    assert load(small).version != before


def test_every_rules_file_has_cases_in_patients_words(shipped: Knowledge) -> None:
    spoken: dict[str, int] = {}
    for rule in shipped.rules.values():
        spoken[rule.file] = spoken.get(rule.file, 0) + sum(1 for case in rule.cases if case.message)
    assert {file for file, count in spoken.items() if count < 2} == set()
