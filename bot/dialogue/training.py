"""Trains the Rasa model, as a process of its own: `python -m bot.dialogue.training ROOT OUTPUT`.

A process of its own, so that what training imports and holds does not stay in the server's memory.
"""

from __future__ import annotations

import sys
from pathlib import Path

from bot.dialogue import quiet


def train(root: Path, output: Path) -> None:
    """Trains on the project in `root` and writes the model to `output`. Raises RuntimeError where Rasa does not."""
    quiet.hush()
    from rasa.model_training import train as rasa_train

    result = rasa_train(
        domain=str(root / "domain.yml"),
        config=str(root / "config.yml"),
        training_files=[str(root / "data")],
        output=str(output.parent),
        fixed_model_name=output.name,
        force_training=True,
    )
    if result.code != 0 or not output.exists():
        raise RuntimeError(f"Rasa trained no model (code {result.code})")


if __name__ == "__main__":
    train(Path(sys.argv[1]), Path(sys.argv[2]))
