"""The model's key, and that a model is trained only where it must be."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.dialogue import model
from bot.dialogue.model import ROOT, ensure_model, intact, model_key


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "data" / "nlu").mkdir(parents=True)
    for name in ("config.yml", "domain.yml", "data/rules.yml", "data/nlu/affirm.yml"):
        shutil.copy(ROOT / name, root / name)
    return root


@pytest.fixture
def trainings(monkeypatch) -> list[Path]:
    """Trains in no time; the list holds what was trained."""
    done: list[Path] = []

    def run(command, cwd, env, **_options):
        output = Path(command[-1])
        assert output.parent == Path(cwd) == Path(env["RASA_CACHE_DIRECTORY"])
        output.write_bytes(b"a model")
        done.append(output)
        return type("Done", (), {"returncode": 0, "stdout": ""})()

    monkeypatch.setattr(model.subprocess, "run", run)
    return done


@pytest.mark.parametrize("changed", ["config.yml", "domain.yml", "data/rules.yml", "data/nlu/affirm.yml"])
def test_a_change_of_any_file_changes_the_key(project, changed):
    before = model_key(project)
    path = project / changed
    path.write_text(path.read_text() + "\n# a word more\n")
    assert model_key(project) != before


def test_a_new_file_and_a_new_name_change_the_key(project):
    before = model_key(project)
    (project / "data/nlu/affirm.yml").rename(project / "data/nlu/yes.yml")
    assert model_key(project) != before


def test_another_version_of_a_library_changes_the_key(project, monkeypatch):
    before = model_key(project)
    monkeypatch.setattr(model, "version", lambda name: "0.0")
    assert model_key(project) != before


def test_the_place_of_the_project_does_not_matter(project, tmp_path):
    moved = tmp_path / "elsewhere"
    shutil.copytree(project, moved)
    assert model_key(moved) == model_key(project)


def test_trained_once_then_found(project, tmp_path, trainings):
    told: list[str] = []
    first = ensure_model(tmp_path / "home", told.append, project)
    second = ensure_model(tmp_path / "home", told.append, project)
    assert first == second and intact(first)
    assert len(trainings) == 1 and len(told) == 2
    assert [path.name for path in first.parent.iterdir() if path.name.startswith("training-")] == []


def test_a_damaged_model_is_trained_again(project, tmp_path, trainings):
    found = ensure_model(tmp_path / "home", lambda _: None, project)
    found.write_bytes(b"another model")
    assert not intact(found)
    told: list[str] = []
    assert intact(ensure_model(tmp_path / "home", told.append, project))
    assert len(trainings) == 2 and "not the one that was trained" in told[0]


def test_a_model_of_unknown_origin_is_not_used(project, tmp_path, trainings):
    found = ensure_model(tmp_path / "home", lambda _: None, project)
    found.with_suffix(".json").unlink()
    ensure_model(tmp_path / "home", lambda _: None, project)
    assert len(trainings) == 2


def test_two_at_once_train_once(project, tmp_path, trainings):
    with ThreadPoolExecutor(4) as threads:
        ensure = lambda _: ensure_model(tmp_path / "home", lambda _: None, project)  # noqa: E731
        assert len(set(threads.map(ensure, range(4)))) == 1
    assert len(trainings) == 1


def test_a_training_that_fails_says_why(project, tmp_path, monkeypatch):
    done = type("Done", (), {"returncode": 1, "stdout": "much\nInvalidConfigException: no such component\n"})()
    monkeypatch.setattr(model.subprocess, "run", lambda *_, **__: done)
    with pytest.raises(model.TrainingFailed, match="no such component"):
        ensure_model(tmp_path / "home", lambda _: None, project)
    assert list((tmp_path / "home" / "models").glob("*.tar.gz")) == []
