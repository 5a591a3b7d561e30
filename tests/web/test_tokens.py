"""Tokens: signed, unguessable, bound to their conversation."""

from __future__ import annotations

import pytest

from bot.web.tokens import BadToken, Tokens


def test_a_token_says_what_it_was_given() -> None:
    tokens = Tokens("secret one")
    for consent in (True, False):
        token, ticket = tokens.issue(consent)
        assert tokens.read(token) == ticket and ticket.consent is consent


def test_no_two_are_alike() -> None:
    tokens = Tokens("secret one")
    assert len({tokens.issue(True)[1].conversation_id for _ in range(500)}) == 500


def test_another_secret_reads_nothing() -> None:
    token, _ = Tokens("secret one").issue(True)
    with pytest.raises(BadToken):
        Tokens("secret two").read(token)


@pytest.mark.parametrize("token", ["", ".", "a.b", "W10.x", "\ud83d", "é" * 40, "." * 1000])
def test_nonsense_is_refused(token: str) -> None:
    with pytest.raises(BadToken):
        Tokens("secret one").read(token)
