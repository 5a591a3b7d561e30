"""No asker is named: not in salutations, not in signatures, not within what is written."""

from __future__ import annotations

import pytest

from bot.archive.people import without_contacts, without_nickname, without_salutation, without_signature


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Dear Miss Ane, You wrote", "You wrote"),
        ("Dear Miss Ane\nYou wrote", "You wrote"),
        ("Dear Miss Ane You wrote", "You wrote"),
        ("Hello Ms. Yeo, you wrote", "You wrote"),
        ("Mr. Chen: you should rest", "You should rest"),
        ("Good evening Mrs. de la Cruz: rest", "Rest"),
        ("Hi Anna Maria, rest now", "Rest now"),
        ("Hello:\nDear Miss Ane, rest", "Hello:\nRest"),
        ("jo, rest now", "Rest now"),
        ("Jo: rest now", "Rest now"),
        ("Hello jo: rest", "Rest"),
        ("Hello jo! Rest", "Rest"),
        ("Dear jo rest now", "Rest now"),
        ("Hello Youssef, rest", "Rest"),
        ("Dear Dr, rest", "Dear Dr, rest"),
        ("Hello: rest", "Hello: rest"),
        ("Hello, However, it may pass", "Hello, However, it may pass"),
        ("Dear Madam, you should rest, and drink", "Dear Madam, you should rest, and drink"),
        ("Dear Madam you should rest, and drink", "Dear Madam you should rest, and drink"),
        ("Mr. Chen should rest, and drink", "Mr. Chen should rest, and drink"),
        ("Rest, water, sleep", "Rest, water, sleep"),
        ("Join a class", "Join a class"),
    ],
)
def test_salutations_that_name_the_asker_go(text: str, left: str) -> None:
    assert without_salutation(text, "jo") == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Hello José María, rest your wrist.", "Rest your wrist."),
        ("jose maria, rest your wrist.", "Rest your wrist."),
        ("JOSÉ MARÍA: rest.", "Rest."),
        ("José, rest.", "Rest."),
        ("Jose\u0301 Mari\u0301a, rest.", "Rest."),
        ("Rest your wrist. José María, it will pass.", "Rest your wrist. It will pass."),
        ("As I said, José María, rest.", "As I said, rest."),
        ("Take care, Jose Maria.", "Take care."),
        ('You wrote "It hurts. Thank you. José María". Rest.', 'You wrote "It hurts. Thank you.". Rest.'),
        ("I told José María to rest.", "I told [removed] to rest."),
        ("It is José María's wrist.", "It is [removed]'s wrist."),
        ("i am josé maría and my wrist aches", "i am [removed] and my wrist aches"),
    ],
)
def test_nicknames_with_spaces_and_accents(text: str, left: str) -> None:
    assert without_salutation(text, "José María") == left


@pytest.mark.parametrize(
    ("nickname", "text"),
    [
        ("may", "It may pass in May, perhaps. May I ask more?"),
        ("jo", "The joint hurts; join the jog."),
        ("ann", "The annual check, an announcement."),
        ("wrist", "My wrist hurts, and the other wrist too"),
        ("a", "A splint may help, a soft one"),
        ("", "Rest"),
        (" . ", "Rest. Then walk."),
        ("(x", "Rest (x times)"),
    ],
)
def test_a_nickname_that_is_a_word_takes_no_words(nickname: str, text: str) -> None:
    assert without_nickname(text, nickname) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("It aches.\nZoë B.", "It aches."),
        ("It aches.\n-- zoe b", "It aches."),
        ("It aches.\nThank you, Zoë B.", "It aches."),
        ("It aches.\nBest regards, Zoë B.\n\n", "It aches."),
        ("It aches.\nFrom: Zoë B. (32)", "It aches."),
        ("It aches.\nThanks,\nZoë B.", "It aches.\nThanks,"),
        ("It aches.\nKind regards,\nMary Ann", "It aches.\nKind regards,"),
        ("It aches.\nThanks.\nMRI attached", "It aches.\nThanks.\nMRI attached"),
        ("It aches.\nThanks.\nPlease Help", "It aches.\nThanks.\nPlease Help"),
        ("It aches.\nThank you very much\nIs it bad?", "It aches.\nThank you very much\nIs it bad?"),
        ("It aches.\nZoë B. told me to ask", "It aches.\nZoë B. told me to ask"),
        ("Zoë B.", "Zoë B."),
    ],
)
def test_signatures_go(text: str, left: str) -> None:
    assert without_signature(text, "Zoë B.") == left


def test_dates_and_amounts_are_no_telephone_numbers() -> None:
    kept = "since 2004-08-17 or 17.08.2004, 100 000 units, 3-4 times"
    assert without_contacts(kept) == kept
    assert without_contacts("call +44 20 7946 0958 now") == "call [removed] now"
    assert without_contacts("a\x00b\ud800") == "a\ufffdb\ufffd"
