"""Only the payloads behind our own buttons are payloads."""

from __future__ import annotations

import pytest

from actions.payload import choice_of, is_offered, payload, without_slash


@pytest.mark.parametrize("value", ["none", "not_sure", "some_finding.lasting", "up-to:2"])
def test_what_we_offer_is_read_back(value):
    assert is_offered(payload(value)) and choice_of(payload(value)) == value


@pytest.mark.parametrize(
    "typed",
    [
        "/restart",
        "/inform",
        '/inform{"finding": "x"}',
        '/inform{"choice": "x", "case": {}}',
        '/inform{"choice": "a b"}',
        '/deny{"choice": "none"}',
        '/inform@0.9{"choice": "none"}',
        "no slash",
    ],
)
def test_nothing_else_is(typed):
    assert not is_offered(typed) and choice_of(typed) is None


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("/restart", " restart"),
        (' //inform{"choice": 1}', '   inform{"choice": 1}'),
        ("/ / now", "    now"),
        ("1/2 a tablet", "1/2 a tablet"),
        ("and/or", "and/or"),
        ("/", " "),
    ],
)
def test_a_typed_slash_goes_and_the_rest_keeps_its_place(typed, read):
    assert without_slash(typed) == read and len(read) == len(typed)
    assert not read.strip().startswith("/")
