"""`signpost serve` with one part that fails, which the first argument names; the others are those of `serve`.

Not a test: tests/dialogue/test_degraded.py starts it as a process.
"""

from __future__ import annotations

import sys


def _break_action() -> None:
    from actions import triage

    async def run(self: object, dispatcher: object, tracker: object, domain: object) -> list[dict[str, object]]:
        raise ValueError("the action fails in this test")

    # The rasa_sdk finds the class by itself; what it runs is this.
    triage.ActionTriage.run = run  # type: ignore[method-assign]


def _break_model() -> None:
    from bot.dialogue import opening
    from bot.dialogue.model import TrainingFailed

    def no_model(*_: object) -> None:
        raise TrainingFailed("there is no model in this test")

    opening.ensure_model = no_model  # type: ignore[assignment]


if __name__ == "__main__":
    {"action": _break_action, "model": _break_model}[sys.argv.pop(1)]()
    from bot.cli import main

    main()
