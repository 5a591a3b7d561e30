"""The made-up people of `make demo`: when they come, what they write, and how they answer. Chance, but the same each
time: a person is made of their number."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Optional
from uuid import UUID, uuid5

import yaml

WORDS: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("demo_words.yml").read_text(encoding="utf-8"))
NAMES = UUID("6f0c2c5e-4d0b-4a52-9d6a-2a6f5a1c7d10")
DAYS = 30
# Monday to Sunday, and midnight to midnight: how busy a clinic's chat is.
WEEK = (13, 12, 11, 11, 10, 6, 7)
HOURS = (1, 1, 0, 0, 0, 1, 3, 6, 9, 10, 9, 8, 7, 7, 7, 7, 8, 9, 10, 11, 10, 8, 5, 2)
CHANNELS = {"web": 68, "telegram": 14, "whatsapp": 13, "messenger": 5}
SPECIAL = ("none", "not_sure", "yes", "no")
LONGEST = 16


@dataclass(frozen=True)
class Said:
    """What a person sends: a text, or choices."""

    text: Optional[str] = None
    choices: Optional[list[str]] = None


class Person:
    """One made-up person. `until` is the moment before which everything happens."""

    def __init__(self, number: int, until: datetime) -> None:
        self._chance = random.Random(f"demo {number}")
        self.id = uuid5(NAMES, str(number)).hex
        self.channel = self._weighted(CHANNELS)
        self.opened = self._moment(until)
        kinds = {name: kind["weight"] for name, kind in WORDS["complaints"].items()}
        self.kind = self._weighted(kinds)
        self._buttons = self._chance.random() < 0.65
        self._age = self._chance.choice((*range(17, 90), *range(25, 70)))
        self._slots = {name: self._chance.choice(WORDS[name]) for name in ("side", "since", "how", "extra")}
        self._asked = self._asides = 0

    def first(self) -> Said:
        """The first message."""
        text = self._chance.choice(WORDS["hello"]) + self._chance.choice(WORDS["complaints"][self.kind]["texts"])
        return Said(self._filled(text).strip())

    def next(self, reply: dict[str, Any]) -> Optional[Said]:
        """What they send to a reply; None where they have what they came for, or go away."""
        self._asked += 1
        if reply["kind"] != "question" or self._asked >= LONGEST or self._chance.random() < 0.03:
            return None
        if self._chance.random() < 0.03 and self._asides < 2:
            self._asides += 1
            return Said(self._chance.choice(WORDS["asides"]))
        values = [choice["value"] for choice in reply.get("choices") or ()]
        if not values:
            return Said(self._filled(self._chance.choice(WORDS["answers"]["free"])))
        picked = self._pick(values, bool(reply.get("several")))
        if self._buttons:
            return Said(choices=picked)
        labels = {choice["value"]: choice["label"] for choice in reply["choices"]}
        words = [
            self._chance.choice(WORDS["answers"][value]) if value in SPECIAL else labels[value] for value in picked
        ]
        return Said(", ".join(words))

    def after(self, reply: dict[str, Any]) -> list[Said]:
        """What they send when the questions are over: some thank, some want a human, some have it deleted."""
        fate = self._chance.random()
        if fate < 0.03 and reply["kind"] == "advice":
            return [Said(self._chance.choice(WORDS["forget"])), Said(choices=["yes"])]
        if fate < 0.08 or (self.kind == "not_covered" and fate < 0.25):
            return [Said(self._chance.choice(WORDS["human"]))]
        return [Said(self._chance.choice(WORDS["thanks"]))] if fate < 0.2 and reply["kind"] == "advice" else []

    def feedback(self) -> Optional[tuple[bool, str]]:
        """Whether they say that the advice helped, and in what words; None where they say nothing of it."""
        if self._chance.random() > 0.35:
            return None
        helped = self._chance.random() < 0.82
        return helped, self._chance.choice(WORDS["helped" if helped else "not_helped"])

    def pause(self) -> timedelta:
        """How long they take to answer."""
        return timedelta(seconds=self._chance.uniform(6, 70))

    def _pick(self, values: list[str], several: bool) -> list[str]:
        chance = self._chance.random()
        if "none" in values:
            if chance < 0.91:
                return ["none"]
        elif "no" in values and chance < 0.8:
            return ["no"]
        if "not_sure" in values and chance > 0.95:
            return ["not_sure"]
        real = [value for value in values if value not in ("none", "not_sure", "no")] or values
        return self._chance.sample(real, min(len(real), 2 if several and chance > 0.93 else 1))

    def _filled(self, text: str) -> str:
        return text.format(age=self._age, **self._slots)

    def _weighted(self, weights: dict[str, int]) -> str:
        return self._chance.choices(list(weights), list(weights.values()))[0]

    def _moment(self, until: datetime) -> datetime:
        """A moment of the last days: more on weekdays, in the evening, and a little more each day."""
        begin = until - timedelta(days=DAYS)
        days = [begin.date() + timedelta(days=number) for number in range(DAYS + 1)]
        weights = [WEEK[day.weekday()] * (1 + number / (2 * DAYS)) for number, day in enumerate(days)]
        while True:
            day = self._chance.choices(days, weights)[0]
            hour = self._chance.choices(range(24), HOURS)[0]
            at = datetime(day.year, day.month, day.day, hour, tzinfo=until.tzinfo)
            at += timedelta(seconds=self._chance.uniform(0, 3600))
            if begin < at < until - timedelta(minutes=30):
                return at
