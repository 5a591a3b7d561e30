"""Messages made up for the tests of the machine: none of them is part of the scorecard."""

from __future__ import annotations

from pathlib import Path

from bot.evaluation.understanding.labelled import Label, Labelled
from bot.nlu.reading import PATIENT, PRESENT, Mention, Person, Reading, Stretch

NOBODY = Person()
EYELID = """\
- text: "My left eyelid is twitching for two weeks. No fever."
  findings:
    - {id: eyelid_twitching, status: present, site: upper_eyelid, side: left, began_days: 14}
    - {id: fever, status: absent}
- text: "good morning to you all"
  findings: []
"""
WRONG = """\
- text: "I have a fever."
  findings: [{id: tremor, status: present}]
"""


def folder_with(tmp_path: Path, **parts: str) -> Path:
    """A folder of labelled messages, one file for each part."""
    for part, text in parts.items():
        (tmp_path / part).mkdir(parents=True, exist_ok=True)
        (tmp_path / part / "some.yml").write_text(text, encoding="utf-8")
    return tmp_path


def mention(finding: str, status: str = PRESENT, experiencer: str = PATIENT, **more: str) -> Mention:
    return Mention(finding, status, experiencer, 0, 1, "x", **more)


def stretch(kind: str, days: float, finding: str | None = None, text: str = "x", vague: float = 0) -> Stretch:
    """A stretch of some days, give or take `vague` of them."""
    low, high = (days - vague) * 86_400, (days + vague) * 86_400
    return Stretch(kind, days * 86_400, low, high, 0, 1, text, finding)


def reading(*mentions: Mention, durations: tuple[Stretch, ...] = (), person: Person = NOBODY) -> Reading:
    return Reading("x", tuple(mentions), durations, person)


def labelled(*labels: Label, **person: object) -> Labelled:
    return Labelled("x", labels, person, "worked_with", "some.yml", 1)
