"""What is written wrong in a scenario is refused, with the nearest name; and a conversation elsewhere is noticed."""

from __future__ import annotations

from typing import Any

import pytest

from bot.triage.case import Case
from tests.dialogue.scenario import ScenarioError, finish, parse, run


class FakeChat:
    """Stands at one question for ever."""

    def __init__(self, pending: str = "lasting", offered: tuple[str, ...] = ("short", "long"), turns: int = 99) -> None:
        self.case = Case(pending=pending)
        self.offered = list(offered)
        self.replies: list[dict[str, Any]] = [{"kind": "question", "text": "How long?"}]
        self.error = None
        self.turns = turns
        self.pressed: list[tuple[str, ...]] = []

    def begin(self) -> None:
        pass

    @property
    def pressable(self) -> set[str]:
        return set(self.offered)

    @property
    def kind(self) -> str:
        return "question" if len(self.pressed) < self.turns else "advice"

    @property
    def text(self) -> str:
        return "How long?"

    def choose(self, *values: str, id: object = None) -> None:
        self.pressed.append(values)


def scenario(*steps: dict[str, Any]) -> Any:
    return parse({"name": "n", "steps": list(steps)}, "file")


@pytest.mark.parametrize(
    ("step", "complaint"),
    [
        ({"says": "hello"}, r"file: n, step 1: 'says' is not known; did you mean 'say'\?"),
        ({"say": "hello", "expect": {"levle": "routine"}}, r"expect: 'levle' is not known; did you mean 'level'\?"),
        ({"say": "hello", "choose": "none", "at": "lasting"}, "needs one of"),
        ({"expect": {"kind": "question"}}, "needs one of"),
        ({"choose": "none"}, "a choice needs `at`"),
        ({"say": {"repeat": "a", "time": 3}}, r"say: 'time' is not known; did you mean 'times'\?"),
    ],
)
def test_what_is_not_known_is_refused(step: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ScenarioError, match=complaint):
        scenario(step)


def test_a_conversation_that_stands_elsewhere_is_noticed() -> None:
    with pytest.raises(AssertionError, match="stands at 'lasting', not at 'trend'"):
        run(scenario({"choose": "short", "at": "trend"}), FakeChat())  # type: ignore[arg-type]


def test_only_what_is_on_offer_can_be_pressed() -> None:
    with pytest.raises(AssertionError, match=r"not on offer: \{'worse'\}"):
        run(scenario({"choose": "worse", "at": "lasting"}), FakeChat())  # type: ignore[arg-type]
    chat: Any = FakeChat()
    run(scenario({"choose": "worse", "at": "lasting", "offered": False}), chat)
    assert chat.pressed == [("worse",)]


def test_an_answer_to_a_question_that_never_came_is_noticed() -> None:
    with pytest.raises(AssertionError, match=r"never asked: \{'trend'\}"):
        finish(FakeChat(turns=1), {"lasting": "short", "trend": "worse"})  # type: ignore[arg-type]


def test_none_is_no_answer_to_a_question_without_it() -> None:
    with pytest.raises(AssertionError, match=r"'none'\} is not on offer"):
        finish(FakeChat(), {})  # type: ignore[arg-type]


def test_an_interview_without_end_is_noticed() -> None:
    with pytest.raises(AssertionError, match="too many questions"):
        finish(FakeChat(), {"lasting": "short"})  # type: ignore[arg-type]
