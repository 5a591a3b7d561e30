"""DOT text to a picture, by Graphviz's program `dot`, where this machine has it."""

from __future__ import annotations

import shutil
import subprocess

_PATIENCE = 60.0
"""Seconds that one drawing may take; the largest takes about one."""


class DrawingError(RuntimeError):
    """A picture cannot be drawn; the text says what to install, or what Graphviz said."""


def can_draw() -> bool:
    """Whether Graphviz is on this machine."""
    return shutil.which("dot") is not None


def svg(dot: str) -> str:
    """The SVG of a DOT text. Raises DrawingError where Graphviz is missing, fails or takes longer than a minute."""
    program = shutil.which("dot")
    if program is None:
        raise DrawingError(
            "Graphviz is not installed: scripts/graphviz sees to it, or install your system's package "
            "(apt-get install graphviz, brew install graphviz). `--format dot` works without it"
        )
    try:
        drawn = subprocess.run([program, "-Tsvg"], input=dot.encode(), capture_output=True, timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        raise DrawingError(f"Graphviz did not finish within {_PATIENCE:.0f} seconds") from None
    if drawn.returncode:
        raise DrawingError(f"Graphviz failed: {' '.join(drawn.stderr.decode(errors='replace').split())}")
    return drawn.stdout.decode()
