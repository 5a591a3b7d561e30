"""Rasa's command line on our tree: its arguments, its exit status, and what to do where TensorFlow is needed."""

from __future__ import annotations

import os
import sys

import pytest
import rasa.__main__

import bot.dialogue  # noqa: F401  (Rasa needs the stand-in)
from bot.dialogue.rasa_command import run


@pytest.fixture
def rasa_does(monkeypatch):
    def does(main):
        monkeypatch.setattr(rasa.__main__, "main", main)

    return does


def test_the_arguments_arrive_and_ours_come_back(rasa_does):
    seen = []
    rasa_does(lambda: seen.append(list(sys.argv)))
    before = list(sys.argv)
    assert run(["data", "validate"]) == 0
    assert seen == [["rasa", "data", "validate"]] and sys.argv == before
    assert os.environ["RASA_TELEMETRY_ENABLED"] == "false"


@pytest.mark.parametrize(("leaves", "status"), [(None, 0), (0, 0), (1, 1), (2, 2), ("no such file", 1)])
def test_the_exit_status_is_rasas(rasa_does, leaves, status):
    def main():
        raise SystemExit(leaves)

    rasa_does(main)
    assert run(["train"]) == status


def test_a_pipeline_that_needs_tensorflow_is_told_so(rasa_does, capsys):
    def main():
        import tensorflow

        tensorflow.keras.layers.Dense(3)

    rasa_does(main)
    assert run(["train"]) == 1
    assert "make tensorflow" in capsys.readouterr().err
