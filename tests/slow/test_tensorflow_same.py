"""With the real TensorFlow the same project trains to the same predictions: leaving it out changes nothing.

Makes an environment of its own from requirements/tensorflow.lock (some hundred megabytes), so it runs only under
`make test-all`. TENSORFLOW_PYTHON names the Python of an environment that is there already.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements" / "tensorflow.lock"
GIVEN = "TENSORFLOW_PYTHON"
TEXTS = [
    "yes",
    "none of them, luckily",
    "I can't really tell",
    "good morning to you",
    "let's start over please",
    "could I speak with a nurse",
    "my eyelid has been twitching for two months",
    "what is this question good for",
    "book me a flight",
    "",
]
# Trains and parses in whatever environment runs it; prints which TensorFlow it had and what it predicted.
PREDICT = """
import asyncio, json, sys, warnings
warnings.simplefilter("ignore")
from pathlib import Path
import bot.dialogue
from bot.dialogue.training import train
root, output, texts = Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3])
train(root, output)
from rasa.core.agent import Agent
agent = Agent.load(output)
def told(text):
    parsed = asyncio.run(agent.parse_message(text))
    ranking = [(each["name"], round(each["confidence"], 9)) for each in parsed.get("intent_ranking", [])]
    entities = [(each["value"], each["start"], each["end"]) for each in parsed["entities"]]
    return [parsed["intent"]["name"], ranking, entities]
import tensorflow
print("RESULT" + json.dumps({"real": hasattr(tensorflow, "__version__"), "told": [told(text) for text in texts]}))
"""


@pytest.fixture(scope="module")
def python_with_tensorflow(tmp_path_factory) -> Path:
    if os.environ.get(GIVEN):
        return Path(os.environ[GIVEN])
    # The project's own script finds the uv that works, or brings one.
    uv = subprocess.run([ROOT / "scripts" / "uv"], check=True, capture_output=True, text=True).stdout.strip()
    environment = tmp_path_factory.mktemp("tensorflow") / "venv"
    subprocess.run([uv, "venv", "--python", sys.executable, str(environment)], check=True)
    python = environment / "bin" / "python"
    subprocess.run([uv, "pip", "sync", "--python", str(python), "--require-hashes", str(LOCK)], check=True)
    return python


def predictions(python: Path, folder: Path, **environment: str) -> dict:
    folder.mkdir()
    command = [str(python), "-c", PREDICT, str(ROOT), str(folder / "model.tar.gz"), json.dumps(TEXTS)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "RASA_CACHE_DIRECTORY": str(folder / "cache"), **environment}
    environment["SIGNPOST_HOME"] = str(folder / "home")
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr[-4_000:]
    return json.loads(done.stdout.rsplit("RESULT", 1)[1])


def test_predictions_are_the_same_with_tensorflow(python_with_tensorflow, tmp_path):
    without = predictions(Path(sys.executable), tmp_path / "without", SIGNPOST_TENSORFLOW="")
    real = predictions(python_with_tensorflow, tmp_path / "with", SIGNPOST_TENSORFLOW="1")
    assert real["real"] and not without["real"]
    assert real["told"] == without["told"]
