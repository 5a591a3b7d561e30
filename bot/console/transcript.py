"""One conversation as its page shows it: what was said behind the curtain, and each decision with its reasons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from statistics import median
from typing import Any, Optional

from bot.console.asking import why_asked
from bot.console.curtain import Curtain, Marker
from bot.console.view import View
from bot.interview.correcting import only_corrects
from bot.report.understood import offered_labels

Json = Mapping[str, Any]


def texts_in(shown: Json) -> Iterator[str]:
    """Every text of a conversation that the page shows and that may name somebody."""
    for message in shown["messages"]:
        yield message.get("text") or ""
        yield (message.get("feedback") or {}).get("comment") or ""


class Transcript:
    """Makes the page's values of one conversation as `Conversations.show` gives it. `archived` are its look-ups."""

    def __init__(self, shown: Json, view: View, knowledge: Any, reader: Any, archived: Mapping[int, Json]) -> None:
        self._shown = shown
        self._view = view
        self._knowledge = knowledge
        self._archived = archived
        decided = [message["decision"] for message in shown["messages"] if message.get("decision")]
        self._newest: Optional[Json] = decided[-1] if decided else None
        facts = ((self._newest or {}).get("facts") or {}).get("facts") or {}
        self._marker = Marker(reader, view.label, facts)

    def values(self, curtain: Curtain) -> dict[str, Any]:
        """Everything that the template shows."""
        turns = list(self._turns(curtain))
        newest = next((turn["decision"] for turn in reversed(turns) if turn["decision"]), None)
        row = self._view.row({**self._shown, "level": newest["level"] if newest else None})
        took = [turn["took_ms"] for turn in turns if turn["took_ms"] is not None]
        models = dict.fromkeys(turn["model"] for turn in turns if turn["model"])
        return {
            **row,
            "turns": turns,
            "newest": newest,
            "typical_ms": round(median(took)) if took else None,
            "timed": len(took),
            "models": list(models),
            "archived": [turn for turn in turns if turn["archived"]],
        }

    def _turns(self, curtain: Curtain) -> Iterator[dict[str, Any]]:
        offered: dict[str, str] = {}
        asked: Optional[Json] = None
        for message in self._shown["messages"]:
            person = message["from"] == "person"
            if person:
                asked = message.get("decision")
            why = why_asked(asked, self._knowledge) if message.get("kind") == "question" else None
            yield {**self._turn(message, offered, curtain), "why": why}
            if message["from"] == "bot":
                offered = offered_labels(message) or offered

    def _turn(self, message: Json, offered: Mapping[str, str], curtain: Curtain) -> dict[str, Any]:
        choices = message.get("choices") or []
        person, text = message["from"] == "person", message.get("text")
        picked = [str(value) for value in choices] if person else []
        labels = [offered.get(value) or self._view.label(value) for value in picked]
        found = self._marker.found(text, datetime.fromisoformat(message["at"]).date()) if person else []
        feedback = message.get("feedback")
        decision = message.get("decision")
        return {
            "row": message["row"],
            "person": person,
            "from": message["from"],
            "by": message.get("by"),
            "at": self._view.moment(message["at"]),
            "pieces": curtain.pieces(text, found),
            "picked": [curtain.plain(label) for label in labels],
            "corrects": only_corrects(picked),
            "offered": [] if person else [curtain.plain(str(choice["label"])) for choice in choices],
            "kind": message.get("kind"),
            "feedback": {**feedback, "pieces": curtain.pieces(feedback.get("comment"))} if feedback else None,
            "failed": curtain.plain(message.get("failed")),
            "took_ms": message.get("took_ms"),
            "model": message.get("model"),
            "archived": self._archived.get(message["row"]),
            "decision": self._view.decision(decision) if decision else None,
        }
