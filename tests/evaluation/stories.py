"""A few vignettes made up for the tests of the machine: none of them is part of the scorecard."""

from __future__ import annotations

from pathlib import Path

CALM = """\
- id: made-up-cheek
  topic: facial_twitching
  level: self_care
  why: Three days, nothing else.
  sources: [NHS-TWITCH]
  facts: {facial_twitching.lasting: 3 days, person.age: 29}
  opening: My cheek twitches.
  message: I'm 29 and my cheek has been twitching for three days.
"""
LONG = """\
- id: made-up-month
  topic: facial_twitching
  level: routine
  why: Longer than two weeks.
  sources: [NHS-TWITCH]
  facts: {facial_twitching.lasting: 30 days, facial_twitching.trend: unchanged}
  message: My cheek has been twitching for 30 days, always the same.
"""
EMERGENCY = """\
- id: made-up-droop
  topic: ur-01
  level: emergency
  why: A face that droops all at once.
  sources: [SA-STROKE]
  facts: {facial_twitching: present, facial_weakness.onset: sudden}
  opening: My face twitches.
  message: One side of my face suddenly drooped and it twitches.
"""
ALL = CALM + LONG + EMERGENCY


def folder_with(tmp_path: Path, text: str = ALL, name: str = "some.yml") -> Path:
    """A folder with one file of vignettes."""
    folder = tmp_path / "vignettes"
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder
