"""Law 3 end to end: the order in which facts come, words or buttons, and how they are typed do not change the level."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import pytest

from tests.dialogue.chat import Chat
from tests.dialogue.scenario import finish

pytestmark = pytest.mark.xdist_group("dialogue")

Begin = Callable[[], Chat]
COMPLAINT = "My left cheek twitches."
FACTS = ["It has lasted for three months.", "It is getting worse.", "It keeps me awake."]


def level(chat: Chat, *messages: str) -> str | None:
    """The level at the end, everything else that is asked denied; the messages first."""
    for message in messages:
        chat.say(message)
    while chat.kind == "question":
        chat.choose("none" if "none" in chat.offered else "not_sure")
    return chat.level


def test_the_order_of_messages(begin: Begin) -> None:
    levels = {level(begin(), COMPLAINT, *facts) for facts in permutations(FACTS)}
    assert levels == {"within_2_weeks"}


def test_the_order_of_sentences_in_one_message(begin: Begin) -> None:
    """Sentences that name what they are about; "it" is about what stands before it."""
    sentences = [
        COMPLAINT,
        "My cheek has twitched for three months.",
        "The twitching of my cheek is getting worse.",
        "I can't get to sleep.",
    ]
    orders = list(permutations(sentences))[::3]
    assert {level(begin(), " ".join(order)) for order in orders} == {"within_2_weeks"}


def test_an_emergency_first_or_last(begin: Begin) -> None:
    sign = "My right arm went weak suddenly."
    for messages in (
        [sign, COMPLAINT],
        [COMPLAINT, sign],
        [COMPLAINT, FACTS[0], sign],
        [f"{COMPLAINT} {sign} {FACTS[2]}"],
    ):
        assert level(begin(), *messages) == "emergency", messages


def test_buttons_and_words(begin: Begin) -> None:
    pressed, typed = begin(), begin()
    pressed.say(COMPLAINT)
    finish(pressed, {"lasting": "over_3_months", "details": "worse"})
    typed.say(COMPLAINT)
    answers = {"lasting": "for five months now", "details": "it is getting worse"}
    while typed.kind == "question":
        typed.say(answers.get(typed.case.pending or "", "no"))
    assert pressed.level == typed.level == "within_2_weeks"
    trends = {chat.case.facts["facial_twitching"].trend for chat in (pressed, typed)}
    assert trends == {"worse"}


def test_one_answer_pressed_and_the_same_typed(begin: Begin) -> None:
    for findings, words in (
        (["numbness"], "something is numb"),
        (["vision_change"], "my sight is blurred"),
    ):
        pressed, typed = begin(), begin()
        pressed.say(COMPLAINT)
        for finding in findings:
            assert finding in pressed.offered
            pressed.choose(finding)
        typed.say(COMPLAINT)
        typed.say(words)
        # The next question is the same for both: nothing else is settled by either.
        assert (pressed.kind, pressed.case.pending) == (typed.kind, typed.case.pending), findings


@pytest.mark.parametrize(
    "typed",
    [
        "MY LEFT CHEEK TWITCHES. IT KEEPS ME AWAKE.",
        "hello doctor, my left cheek twitches. it keeps me awake. thank you so much",
        "my  left  cheek  twitches.  it keeps  me awake",
        "my left cheek twiches. it keeps me awake",
    ],
)
def test_how_it_is_typed(begin: Begin, typed: str) -> None:
    plain, other = begin(), begin()
    plain.say("My left cheek twitches. It keeps me awake.")
    other.say(typed)
    assert plain.case.facts == other.case.facts
    assert (plain.case.pending, plain.offered) == (other.case.pending, other.offered)
