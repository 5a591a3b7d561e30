"""The Rasa model on disk: keyed by what it was trained on, trained where there is none, checked before it is loaded.

Knowledge is not part of the key: it is read when the process starts, and nothing of it is learned.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Callable, Iterator

ROOT = Path(__file__).resolve().parents[2]
# What the model file depends on beside the project's own files.
LIBRARIES = ("rasa", "scikit-learn", "skops")


class TrainingFailed(Exception):
    """Rasa trained no model. The message holds the end of what it printed."""


def model_key(root: Path = ROOT) -> str:
    """The SHA-256 of config, domain and data in `root`, and of the versions of the libraries that train."""
    digest = hashlib.sha256()
    for name in LIBRARIES:
        digest.update(f"{name} {version(name)}\n".encode())
    for path in [root / "config.yml", root / "domain.yml", *sorted((root / "data").rglob("*.yml"))]:
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def ensure_model(home: Path, progress: Callable[[str], None], root: Path = ROOT) -> Path:
    """The model for the present project, in `home`/models; trained now where there is none or the file is damaged.

    Two processes may ask at once: one trains, the other waits for it. Raises TrainingFailed.
    """
    folder = home / "models"
    folder.mkdir(parents=True, exist_ok=True)
    key = model_key(root)[:16]
    model = folder / f"{key}.tar.gz"
    with _locked(folder / ".lock"):
        if model.exists():
            if intact(model):
                return model
            progress("The dialogue model's file is not the one that was trained: training it again.")
            model.unlink()
        progress("Training the dialogue model (once; about half a minute) ...")
        _train(root, model)
        progress("The dialogue model is trained.")
    return model


def intact(model: Path) -> bool:
    """Whether a model's file has the SHA-256 that was noted when it was trained; loading another could run its code."""
    note = _note(model)
    if not model.exists() or not note.exists():
        return False
    return bool(json.loads(note.read_text(encoding="utf-8"))["sha256"] == _sha256(model))


def _train(root: Path, model: Path) -> None:
    with tempfile.TemporaryDirectory(dir=model.parent, prefix="training-") as folder:
        trained = Path(folder) / model.name
        done = subprocess.run(
            [sys.executable, "-m", "bot.dialogue.training", str(root), str(trained)],
            cwd=folder,
            # Rasa's cache of half-trained parts is of no use beside a key of our own, and not safe between processes.
            env={**os.environ, "RASA_CACHE_DIRECTORY": folder, "PYTHONPATH": os.pathsep.join([str(ROOT), *_path()])},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode != 0 or not trained.exists():
            end = "\n".join(done.stdout.splitlines()[-15:])
            raise TrainingFailed(f"The dialogue model could not be trained:\n{end}")
        _note(model).write_text(json.dumps({"sha256": _sha256(trained), "rasa": version("rasa")}), encoding="utf-8")
        os.replace(trained, model)


def _path() -> list[str]:
    return [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]


def _note(model: Path) -> Path:
    return model.with_suffix(".json")


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
