"""`knowledge check` on words: what two findings claim, what nothing can come of, and what takes words from others.

The folders of `broken/` named here are laid over the smallest knowledge with a language: the one that the program
comes with, but for its signs, parts of the body and lookalikes.
"""

from __future__ import annotations

import shutil
import time
from datetime import date
from pathlib import Path

import pytest

from bot.interview.proof import check
from bot.knowledge import load
from bot.knowledge.loading import TREE
from bot.nlu.lexicon import Lexicon
from bot.nlu.overlap import Claim, Phrases, Stems, meetings

HERE = Path(__file__).parent
ON = date(2026, 11, 23)
X, SIGNS, LOOKALIKES = "findings/x.yml", "language/en/signs.yml", "language/en/lookalikes.yml"

# The folder of broken/, the file and the line that the message names, whether it is a warning, and its telling words.
MUSEUM: list[tuple[str, str, int, bool, tuple[str, ...]]] = [
    (
        "same_words_in_other_forms",
        X,
        4,
        False,
        ('"blue thumbs" is said of "blue_thumb" too', "findings/thumb.yml", "overlaps: [blue_thumb] under green_thumb"),
    ),
    (
        "narrower_claims_the_broader",
        X,
        5,
        True,
        ('"sore thumb" is said of "sore_thumb" too', '"swollen_thumb" is a kind of', "taken to have the narrower"),
    ),
    (
        "broader_takes_the_narrower",
        X,
        4,
        False,
        ('"thumb aches"', 'the sign "aching"', 'makes "aching_thumb"', "the narrower is lost", "Take the phrase out"),
    ),
    (
        "phrase_takes_the_more_urgent",
        X,
        4,
        True,
        ('"glowing thumb"', 'makes "blue_thumb"', "can be more urgent", "overlaps: [blue_thumb] under shiny_thumb"),
    ),
    (
        "said_and_denied_in_one",
        X,
        5,
        True,
        ('"thumb is blue" says that "green_thumb" is not there', 'a phrase of "blue_thumb"', "Take it out of one"),
    ),
    ("sign_that_is_a_phrase", SIGNS, 3, True, ('"glows"', 'the finding "glow"', "which wins", "Take it out of one")),
    ("lookalike_in_vain", LOOKALIKES, 3, True, ('"blue thumbs"', 'finding "blue_thumb"', "in vain", "longer")),
    ("lookalike_that_silences", LOOKALIKES, 3, True, ('"thumb ache"', '"aching_thumb"', "silences it", "on_purpose")),
    (
        "sentence_inside_a_phrase",
        X,
        4,
        False,
        ("nobody can say", "green all over. and mossy", "a sentence ends inside it", "Mend it"),
    ),
    (
        "nobody_can_say_any_of_it",
        "findings/thumb.yml",
        6,
        False,
        ('nobody can say "blue_thumb"', 'rule "th-1" needs', "my thumb. it went blue", "words of its own"),
    ),
    ("slip_written_out", X, 4, True, ('"swolllen" is one slip away from "swollen"', "spellings", "skip.yml")),
    ("phrase_that_is_a_cue", X, 4, True, ('"unbearable"', "severities", "cues.yml", "more words")),
    ("truth_value_among_words", "language/en/skip.yml", 2, False, ("read true", "quotation marks")),
    ("truth_value_in_say", X, 5, False, ("read true", "quotation marks")),
    ("code_of_another_shape", X, 5, False, ('"HP:123" is no code of hpo', "seven digits")),
    ("code_of_no_ontology", X, 5, False, ('unknown ontology "hpoo"', 'Did you mean "hpo"?')),
    ("overlaps_with_nothing", X, 5, False, ('unknown finding "blue_thum"', 'Did you mean "blue_thumb"?')),
    ("no_rule_uses_it", X, 1, True, ('no rule uses "green_thumb"', "make it a complaint")),
]


@pytest.fixture
def speaking(tmp_path: Path) -> Path:
    """A copy of the smallest knowledge, with a language."""
    root = Path(shutil.copytree(HERE / "small", tmp_path / "knowledge"))
    shutil.copytree(TREE / "language", root / "language")
    shutil.copytree(HERE / "speaking", root, dirs_exist_ok=True)
    return root


@pytest.mark.parametrize(("fault", "file", "line", "warning", "words"), MUSEUM, ids=[each[0] for each in MUSEUM])
def test_each_fault_is_named_with_its_place(
    speaking: Path, fault: str, file: str, line: int, warning: bool, words: tuple[str, ...]
) -> None:
    shutil.copytree(HERE / "broken" / fault, speaking, dirs_exist_ok=True)
    problems = check(speaking, ON)
    assert [(each.file, each.line, each.warning) for each in problems] == [(file, line, warning)], problems
    assert [word for word in words if word not in problems[0].message] == []


def test_the_smallest_knowledge_that_speaks_has_no_fault(speaking: Path) -> None:
    assert check(speaking, ON) == []


def test_what_is_meant_so_is_no_fault(speaking: Path) -> None:
    shutil.copytree(HERE / "broken" / "same_words_in_other_forms", speaking, dirs_exist_ok=True)
    with (speaking / "findings" / "x.yml").open("a") as file:
        file.write("  overlaps: [blue_thumb]\n")
    assert check(speaking, ON) == []


def test_a_lookalike_may_silence_on_purpose(speaking: Path) -> None:
    shutil.copytree(HERE / "broken" / "lookalike_that_silences", speaking, dirs_exist_ok=True)
    with (speaking / "language" / "en" / "lookalikes.yml").open("a") as file:
        file.write("on_purpose: [thumb ache]\n")
    assert check(speaking, ON) == []


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon(load())


def _met(lexicon: Lexicon, one: str, other: str) -> list[tuple[str, int]]:
    skip = ["my", "the", "in", "has", "really", "all", "side", "left", "so"]
    stems = Stems(lexicon.lexer, {"skip": {"skip": skip}, "groups": {"hot": ["warm", "burning_hot"]}})
    first, second = Phrases(stems), Phrases(stems)
    first.add(one, Claim("one", 0, one))
    second.add(other, Claim("other", 0, other))
    return [(each.words, each.skipped) for each in meetings(first, second, stems)]


@pytest.mark.parametrize(
    ("one", "other", "met"),
    [
        ("blue thumb", "blue thumbs", [("blue thumb", 0)]),
        ("red|blue_ish thumb", "blue_ish|green thumb|toe", [("blue ish thumb", 0)]),
        ("blue ish thumb", "blue_ish thumb", [("blue ish thumb", 0)]),
        ("thumb has really swollen", "thumb swollen", [("thumb has really swollen", 2)]),
        ("thumb swollen", "thumb has really swollen", []),
        ("swelling in my left thumb", "swelling of|in thumb", [("swelling in left thumb", 1)]),
        ("thumb in", "thumb", []),
        ("in thumb", "thumb", []),
        ("blue thumb nail", "blue thumb", []),
        ("thumb|toe blue|red", "red|blue toe|thumb", []),
        ("thumb is @hot", "thumb is burning_hot", [("thumb is burning hot", 0)]),
        ("thumb ~ blue", "thumb blue", [("thumb blue", 0)]),
    ],
)
def test_phrases_meet_where_they_mean_the_same_words(
    lexicon: Lexicon, one: str, other: str, met: list[tuple[str, int]]
) -> None:
    assert _met(lexicon, one, other) == met


def test_a_thousand_alternatives_are_compared_at_once(lexicon: Lexicon) -> None:
    slot = "|".join(f"{first}{second}" for first in "bcdfghjklm" for second in ("ad", "ed", "id", "od", "ud"))
    began = time.process_time()
    assert len(_met(lexicon, " ".join([slot] * 12), " ".join([slot] * 12))) == 1
    assert time.process_time() - began < 2


def test_every_phrase_is_cut_up_as_the_lexicon_does(lexicon: Lexicon) -> None:
    """What is compared must be what is read."""
    stems = Stems(lexicon.lexer, lexicon.knowledge.language)
    lost = []
    for finding in lexicon.knowledge.findings.values():
        for phrase in (*finding.say, *finding.say_not):
            first = [stem for slot in stems.ways(phrase) for stem, _ in slot[0]]
            if not any(term.name == finding.id for term in lexicon.terms.meanings(first)):
                lost.append((finding.id, phrase))
    assert lost == []
