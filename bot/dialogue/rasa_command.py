"""Rasa's own command line on this tree: `signpost rasa train`, `data validate`, `test`, `shell`, `run [actions]`."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from pathlib import Path

from bot.dialogue import without_tensorflow
from bot.dialogue.action_server import actions_at_hand


def run(args: list[str]) -> int:
    """Runs `rasa ARGS` in the current folder, without TensorFlow unless it is asked for; gives the exit status."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    # Rasa looks for our components and actions as modules; it puts the current folder on the path itself.
    root = str(Path(__file__).resolve().parents[2])
    if root not in sys.path:
        sys.path.append(root)
    without_tensorflow.stand_in()
    from rasa.__main__ import main

    before = sys.argv
    sys.argv = ["rasa", *args]
    try:
        # Rasa's shell asks a server for its actions; `--help` and the shell that only reads (`shell nlu`) need none.
        with actions_at_hand() if args[:1] == ["shell"] and not {"nlu", "-h", "--help"} & set(args) else nullcontext():
            main()
    except SystemExit as leaving:
        if isinstance(leaving.code, str):
            print(leaving.code, file=sys.stderr)
            return 1
        return int(leaving.code or 0)
    except without_tensorflow.TensorFlowMissing as missing:
        print(f"Error: {missing}", file=sys.stderr)
        return 1
    finally:
        sys.argv = before
    return 0
