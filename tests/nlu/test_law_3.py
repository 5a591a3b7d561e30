"""Law 3 for single messages: letter case, politeness, blanks, apostrophes, the order of sentences and one typing slip
in a word of five letters or more do not change the level."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from functools import cache
from itertools import permutations

import pytest
from rapidfuzz.distance import OSA

from bot.interview.turn import take_turn
from bot.knowledge import Knowledge
from bot.nlu.reader import Reader
from bot.nlu.spelling import english
from bot.triage.case import Case
from tests.nlu.conftest import AS_OF

EMERGENCIES = [
    "My face drooped suddenly this morning and my speech is slurred.",
    "Since half an hour my left arm is weak.",
    "One side of my face is drooping and I can't smile.",
    "My right hand suddenly went numb an hour ago.",
    "I suddenly can't see with my right eye.",
    "My mouth droops on the left. It started today.",
    "My husband's speech is slurred right now.",
    "My uncle had a stroke last year. Now my own face droops.",
    "I think I am having a stroke.",
    "My leg gave way and feels weak since this morning.",
    "The corner of my mouth twitches. My arm went weak suddenly.",
    "I can't speak properly since an hour, please help.",
    "Suddenly I am confused and see double.",
    "My face was drooping for ten minutes today, it is gone now.",
    "My wife's face has dropped on one side.",
    "My left side is paralysed since this morning.",
    "Half of my face won't move since breakfast.",
    "Slurred speech and a drooping face since ten minutes.",
    "My arm feels weak and my words come out slurred.",
    "My balance was suddenly gone and my speech is slurred.",
]
CALM = [
    "My left eyelid has been twitching for two weeks.",
    "My cheek twitches when I am tired.",
    "The corner of my mouth twitches now and then.",
    "My right eyelid twitches. I sleep well. I drink a lot of coffee.",
    "My face has been twitching on the left for three months. It isn't getting worse.",
    "My uncle had a stroke. I have no weakness, just an eyelid twitch.",
    "I don't have slurred speech, my eyelid only twitches.",
    "My eyelid twitches and I'm worried.",
    "My lower eyelid keeps jumping since yesterday.",
    "Is an eyelid twitch a sign of a stroke?",
    "My grandmother had a stroke in 1999. My cheek twitches.",
    "No weakness, no numbness. My eyelid is twitching.",
    "My cheek on the right keeps twitching and it keeps me awake.",
    "Both eyelids twitch sometimes.",
    "My ankle is swollen.",
    "I have a cough since Monday.",
    "Twitching below the left eye for five days, nothing else.",
    "My face twitches. It bothers me at work.",
    "Hello, is anybody there?",
    "Thank you, that was helpful.",
]
MESSAGES = EMERGENCIES + CALM

POLITE = [
    "Hello doctor, {}",
    "Good morning. {} Thank you very much.",
    "{} Thank you in advance!",
    "Hi there, sorry to bother you. {} Could you please tell me what to do? Kind regards",
    "Dear doctor,\n\n{}\n\nMany thanks.",
]

# Seed and number of the slips that are tried in each message.
SEED, SLIPS = 20261123, 14
SHORTEST = 5
_WORD = re.compile(r"[A-Za-z]+(?:'[a-z]+)?")
KEYS = ["qwertyuiop", "asdfghjkl", "zxcvbnm"]


@pytest.fixture(scope="module")
def level(knowledge: Knowledge, reader: Reader):
    """The level of a message that is the first of its conversation."""

    @cache
    def of(text: str) -> str:
        return take_turn(Case(), reader.read(text, AS_OF), knowledge, AS_OF).decision.level

    return of


@pytest.fixture(scope="module")
def vocabulary(reader: Reader) -> frozenset[str]:
    """The words that the reader knows, with which a slip may collide."""
    return frozenset(reader.lexicon.lexer.speller._known)  # what no other part needs to know


def test_the_messages_are_what_they_are_here_for(level) -> None:
    assert [text for text in EMERGENCIES if level(text) != "emergency"] == []
    assert [text for text in CALM if level(text) == "emergency"] == []
    assert len(MESSAGES) == 40


@pytest.mark.parametrize(
    "change",
    [str.upper, str.lower, str.title, lambda text: text[0].lower() + text[1:], str.swapcase],
    ids=["upper", "lower", "title", "first", "swapped"],
)
def test_letter_case(level, change) -> None:
    assert [text for text in MESSAGES if level(change(text)) != level(text)] == []


@pytest.mark.parametrize("frame", POLITE)
def test_polite_words(level, frame: str) -> None:
    assert [text for text in MESSAGES if level(frame.format(text)) != level(text)] == []


@pytest.mark.parametrize("blank", ["  ", "\n", "\u00a0", " \t ", "\u2009"], ids=ascii)
def test_blanks(level, blank: str) -> None:
    """A line break, too: people press Enter where the line is full."""
    assert [text for text in MESSAGES if level(text.replace(" ", blank)) != level(text)] == []


@pytest.mark.parametrize("mark", ["", "\u2019", "\u02bc", "`"], ids=ascii)
def test_apostrophes(level, mark: str) -> None:
    changed = {text: text.replace("'", mark) for text in MESSAGES if "'" in text}
    assert len(changed) >= 8
    assert [text for text, other in changed.items() if level(other) != level(text)] == []


def test_full_stops_may_be_missing_at_the_end_and_doubled(level) -> None:
    changed = {text.rstrip(".?!"): text for text in MESSAGES} | {text.replace(".", " . "): text for text in MESSAGES}
    changed |= {text.replace(".", "..."): text for text in MESSAGES}
    assert [other for other, text in changed.items() if level(other) != level(text)] == []


# Sentences that stand for themselves: none begins with "it", "now" or the like.
INDEPENDENT = [
    ["My left eyelid twitches.", "I am 45 years old.", "My speech is slurred since an hour."],
    ["My cheek twitches.", "My uncle had a stroke in 2009.", "My arm suddenly went weak."],
    ["My right eyelid twitches.", "I drink a lot of coffee.", "I have no weakness."],
    ["My face twitches on the left.", "I can't get to sleep.", "I don't smoke."],
    ["I have no numbness.", "My face droops on one side.", "I am a teacher."],
]


@pytest.mark.parametrize("sentences", INDEPENDENT, ids=lambda sentences: sentences[0])
def test_the_order_of_sentences(level, sentences: list[str]) -> None:
    assert len({level(" ".join(order)) for order in permutations(sentences)}) == 1


@pytest.mark.parametrize("text", MESSAGES, ids=lambda text: text[:40])
def test_one_slip(level, vocabulary: frozenset[str], text: str) -> None:
    """In a word of five letters or more; a slip that gives a word of English, or one as near to another word that the
    reader knows, says something else or cannot be told from it, and is left out."""
    tried = list(slips(text, vocabulary))
    assert tried or not any(_can_slip(match.group()) for match in _WORD.finditer(text))
    wrong = {other for other in tried if level(other) != level(text)}
    assert not wrong, f"{level(text)}, but {[(other, level(other)) for other in wrong]}"


def slips(text: str, vocabulary: frozenset[str]) -> Iterator[str]:
    """The text with one slip, `SLIPS` times, the same ones in every run."""
    chance = random.Random(f"{SEED} {text}")
    words = [match for match in _WORD.finditer(text) if _can_slip(match.group())]
    done: set[str] = set()
    for _ in range(400 if words else 0):
        match = chance.choice(words)
        word = slip(match.group().lower(), chance)
        if _is_slip(word, match.group().lower(), vocabulary) and word not in done:
            done.add(word)
            yield text[: match.start()] + word + text[match.end() :]
            if len(done) == SLIPS:
                return


def slip(word: str, chance: random.Random) -> str:
    """The word with a letter lost, doubled, swapped with its neighbour, or the key beside it pressed."""
    place = chance.randrange(len(word))
    kind = chance.choice(["lost", "doubled", "swapped", "beside"])
    if kind == "lost":
        return word[:place] + word[place + 1 :]
    if kind == "doubled":
        return word[:place] + word[place] + word[place:]
    if kind == "swapped" and place + 1 < len(word):
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    row = next(row for row in KEYS if word[place] in row)
    at = row.index(word[place])
    return word[:place] + row[at - 1 if at else 1] + word[place + 1 :]


def _can_slip(word: str) -> bool:
    return len(word) >= SHORTEST and word.isalpha()


def _is_slip(typed: str, meant: str, vocabulary: frozenset[str]) -> bool:
    if typed == meant or typed in english() or typed in vocabulary:
        return False
    others = (word for word in vocabulary if word != meant and len(word) >= SHORTEST)
    return not any(OSA.distance(typed, other, score_cutoff=1) <= 1 for other in others)
