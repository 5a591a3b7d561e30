"""Examples that came of reviews, read by Rasa's own importer beside the tree's own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.console.nlu_examples import Example, Marked, examples_yaml
from bot.dialogue import quiet, without_tensorflow

TREE = Path(__file__).resolve().parents[2]
HOSTILE = '[x](y) [z]{"entity": "role"} - no: \\ \'quoted\' "twice" # | > * & ü\n\n- intent: deny'

# About our domain, which means it: no slot is filled by itself.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:Slot auto-fill")]


def test_rasas_importer_takes_them(tmp_path: Path) -> None:
    quiet.hush()
    without_tensorflow.stand_in()
    from rasa.shared.importers.importer import TrainingDataImporter

    shutil.copytree(TREE / "data" / "nlu", tmp_path / "nlu")
    plain = "my left eyelid droops and I see double"
    at = plain.index("see double")
    # Rasa warns of an entity with a single example.
    second = Example("seeing double", [Marked(0, 13, "double_vision")])
    marked = Example(plain, [Marked(at, len(plain), "double_vision")])
    for number, example in enumerate([marked, second, Example(HOSTILE)]):
        folder = tmp_path / "nlu" / "reviewed"
        folder.mkdir(exist_ok=True)
        (folder / f"draft_{number}.yml").write_text(f"# review draft {number}\n{examples_yaml([example])}")
    config, domain = str(TREE / "config.yml"), str(TREE / "domain.yml")
    importer = TrainingDataImporter.load_nlu_importer_from_config(config, domain, [str(tmp_path / "nlu")])
    data = importer.get_nlu_data()
    data.validate()
    (found,) = [each for each in data.training_examples if each.get("text") == plain]
    (entity,) = found.get("entities")
    assert found.get("intent") == "inform"
    assert (entity["start"], entity["end"], entity["value"]) == (at, len(plain), "double_vision")
    (hostile,) = [each for each in data.training_examples if "quoted" in each.get("text")]
    assert hostile.get("intent") == "inform" and not hostile.get("entities")
