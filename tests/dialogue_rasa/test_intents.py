"""The intent classifier: what it reads, that it is stored whole, and how it does on a set that it was not made with."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.metrics import f1_score

import bot.dialogue  # noqa: F401  (Rasa needs the stand-in)
from actions.restart import asks_to_restart
from bot.dialogue.agent import Dialogue
from bot.dialogue.intent_features import Features, folded, spelt_out
from bot.dialogue.intents import ModelIncomplete, PatternIntentClassifier

ROOT = Path(__file__).resolve().parents[2]
HELD_OUT = Path(__file__).with_name("intents_held_out.yml")
PATTERNS = yaml.safe_load((ROOT / "data" / "intent_patterns.yml").read_text(encoding="utf-8"))
# The first measurement of the finished pipeline was .960 (docs/evaluation/intents.md). What the knowledge learns to
# read moves it by a sentence or two; below the bar something is lost.
BAR = 0.94


def examples(*paths: Path) -> Iterator[tuple[str, str]]:
    for path in paths:
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            yield from ((line[2:], group["intent"]) for line in group["examples"].splitlines())


def words(text: str) -> str:
    return " ".join(re.findall(r"[\w']+", text.lower().replace("\u2019", "'")))


TRAINING = list(examples(*sorted((ROOT / "data" / "nlu").glob("*.yml"))))


@pytest.fixture(scope="module")
def intent(model: Path, services: object) -> Callable[[str], str]:
    dialogue = Dialogue.load(model)
    return lambda text: asyncio.run(dialogue.intent(text))


def test_the_held_out_set_is_read_as_well_as_before(intent):
    asked = list(examples(HELD_OUT))
    read = [intent(text) for text, _ in asked]
    truth = [right for _, right in asked]
    wrong = [f"{text}: {got}, not {right}" for (text, right), got in zip(asked, read) if got != right]
    assert f1_score(truth, read, labels=sorted(set(truth)), average="weighted", zero_division=0) >= BAR, wrong


def test_no_sentence_of_the_held_out_set_is_learned():
    learned = {words(text) for text, _ in TRAINING}
    assert [text for text, _ in examples(HELD_OUT) if words(text) and words(text) in learned] == []


def test_no_example_has_two_intents():
    seen: dict[str, str] = {}
    for text, name in TRAINING:
        key = words(text) or text
        assert seen.setdefault(key, name) == name, text
    assert len(seen) > 8000


@pytest.mark.parametrize(
    "text",
    [
        "it has started again",
        "it is starting again",
        "my headache started again",
        "all over my body again",
        "it is back again and worse",
        "I forget everything",
        "I keep forgetting things",
        "I forget what I wanted to say",
        "everything is wiped from my memory since the fall",
        "my memory was erased for an hour",
        "no, the right side",
        "sorry, I meant the left side",
        "I meant two weeks",
        "that was wrong, it is my left eye",
        "I don't want to live any more",
        "I can't talk properly",
        "should I call someone about my chest pain",
        "my back hurts",
        "there is more pain today",
    ],
)
def test_what_is_told_is_no_request(intent, text):
    assert intent(text) == "inform"


@pytest.mark.parametrize("text", ["forget me", "please forget everything", "forget what I told you"])
def test_a_wish_to_be_forgotten_is_not_about_anybodys_memory(intent, text):
    assert intent(text) == "forget_me"


@pytest.mark.parametrize("text", ["change my answer", "I want to change my last answer", "go back, wrong button"])
def test_a_wish_to_go_back_is_not_about_anybodys_character(intent, text):
    assert intent(text) == "back"


def test_no_complaint_is_nothing_but_a_wish_to_start_again():
    told = [text for text, name in TRAINING if name == "inform" and asks_to_restart(text)]
    assert told == ["this is back again"], "words of complaints in data/nlu/restart.yml"


def test_short_forms_are_one_with_long_ones():
    spelt = {spelt_out(folded(text)) for text in ("Don\u2019t  know!", "dont know", "do not know")}
    assert spelt == {"do not know"}
    assert spelt_out(folded("noooo, u r 45")) == "noo you are NUM"
    assert folded("...") == "..."


@pytest.mark.parametrize("text", ["", " ", "?!", "\U0001f600", "\x00", "(", "a" * 50_000])
def test_any_text_has_a_row(text):
    features = Features.of([name for name, _ in TRAINING[:50]], PATTERNS)
    places, values = features.row(text)
    assert len(places) == len(set(places)) == len(values) and max(places) < features.width


@pytest.mark.parametrize("word", ["ask ", "no not ", "what can i do will they ", "i have never told you ", "(((", "?"])
def test_patterns_take_no_time_over_a_hostile_text(word):
    features = Features.of(["hello"], PATTERNS)
    began = time.perf_counter()
    features.row(word * 20_000)
    assert time.perf_counter() - began < 0.5


@pytest.fixture
def stored(tmp_path):
    def classifier(resource: str = "classifier"):
        config = PatternIntentClassifier.get_default_config()
        context = ExecutionContext(GraphSchema({}), node_name="classifier")
        return config, LocalModelStorage(tmp_path), Resource(resource), context

    return classifier


def test_it_is_stored_whole(stored):
    trained = PatternIntentClassifier.create(*stored())
    given = [Message({TEXT: text, "intent": name}) for text, name in TRAINING[::40]]
    trained.train(TrainingData(given))
    loaded = PatternIntentClassifier.load(*stored())
    texts = [text for text, _ in examples(HELD_OUT)][::5]
    before, after = (each.process([Message({TEXT: text}) for text in texts]) for each in (trained, loaded))
    assert [message.get("intent_ranking") for message in before] == [message.get("intent_ranking") for message in after]
    ranking = after[0].get("intent_ranking")
    assert len(ranking) == 3 and ranking[0] == after[0].get("intent")
    assert 1 >= ranking[0]["confidence"] >= ranking[1]["confidence"] >= ranking[2]["confidence"] >= 0


def test_an_untrained_one_does_not_go_unnoticed(stored, tmp_path):
    with pytest.raises(ModelIncomplete):
        PatternIntentClassifier.load(*stored("nothing"))
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "features.json").write_text("{}")
    with pytest.raises(ModelIncomplete):
        PatternIntentClassifier.load(*stored("half"))
    with pytest.raises(ModelIncomplete):
        PatternIntentClassifier.create(*stored()).process([Message({TEXT: "hello"})])


def test_other_patterns_are_another_fingerprint(monkeypatch, tmp_path):
    before = PatternIntentClassifier.fingerprint_addon({})
    (tmp_path / "other.yml").write_text("hello: {words: [hello]}\n")
    assert PatternIntentClassifier.fingerprint_addon({"patterns": str(tmp_path / "other.yml")}) != before
