"""The figures of reading replies' levels, on sentences written for this test."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.evaluation.reply_levels import LabelError, reply_level_figures

# What is labelled wrongly on purpose is read too high (line 3) or too low (line 4).
REPLIES = [
    ("Drink water and rest.", "self_care", None),
    ("Please see your doctor.", "routine", None),
    ("Call an ambulance now.", "self_care", "routine"),
    ("It is a little wax.", "same_day", "routine"),
    ("Get a hearing test done.", "self_care", "routine"),
]


def written(folder: Path) -> tuple[Path, Path]:
    labels, replies = folder / "labels.jsonl", folder / "replies.jsonl"
    replies.write_text("".join(json.dumps({"reply": reply}) + "\n" for reply, _, _ in REPLIES))
    rows = [
        {"line": line, "level": level, "also": also, "conditional": None}
        for line, (_, level, also) in enumerate(REPLIES, 1)
    ]
    labels.write_text("".join(json.dumps(row) + "\n" for row in reversed(rows)))
    return labels, replies


def test_figures_have_their_counts_and_halves(tmp_path: Path) -> None:
    made = reply_level_figures(*written(tmp_path))
    assert {half: made[half]["exact"]["of"] for half in made} == {"all": 5, "worked_on": 2, "kept_aside": 3}
    every = made["all"]
    counts = {name: (each["hits"], each["of"]) for name, each in every.items() if name != "confusion"}
    assert counts == {
        "exact": (2, 5),
        "exact_or_also": (3, 5),
        "over": (1, 5),
        "calm_over": (0, 1),
        "under": (1, 5),
        "seen_recall": (1, 2),
        "sooner_recall": (0, 0),
    }
    assert every["confusion"]["self_care"] == {"self_care": 1, "routine": 1, "emergency": 1}
    assert made["kept_aside"]["over"]["hits"] == 1 and made["worked_on"]["under"]["hits"] == 1


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("{", "labels.jsonl:1: no label of a reply"),
        ('{"line": 9, "level": "routine"}', "labels.jsonl:1: no label of a reply"),
        ('{"line": 0, "level": "routine"}', "line 0"),
        ('{"line": 1, "level": "soon"}', "levels soon; expected self_care, routine"),
    ],
)
def test_a_label_of_nothing_is_named(tmp_path: Path, label: str, words: str) -> None:
    labels, replies = written(tmp_path)
    labels.write_text(label)
    with pytest.raises(LabelError) as fault:
        reply_level_figures(labels, replies)
    assert words in str(fault.value)
