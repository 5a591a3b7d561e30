"""What the pages show: rows of the records, with labels from the knowledge in place of ids."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Mapping, Optional

from bot.report.understood import offered_labels
from bot.web.texts import Texts


class View:
    """Turns what `Conversations` gives into what a clinician reads. A name that today's knowledge lacks stays."""

    def __init__(self, knowledge: Any, texts: Texts) -> None:
        self._knowledge = knowledge
        self._texts = texts

    def row(self, shell: Mapping[str, Any]) -> dict[str, Any]:
        """One line of the list."""
        level = shell.get("level")
        return {
            **shell,
            "opened": self.moment(shell["opened_at"]),
            "last": self.moment(shell["last_at"]),
            "level": level,
        }

    def conversation(self, shown: Mapping[str, Any]) -> dict[str, Any]:
        """One conversation: its transcript, each of the person's messages with the decision that followed it."""
        offered: dict[str, str] = {}
        turns = []
        for message in shown["messages"]:
            turns.append(self._turn(message, offered))
            if message["from"] == "bot":
                offered = offered_labels(message) or offered
        decided = [turn["decision"] for turn in turns if turn["decision"]]
        row = self.row({**shown, "level": decided[-1]["level"] if decided else None})
        return {**row, "turns": turns, "newest": decided[-1] if decided else None}

    def moment(self, text: Optional[str]) -> str:
        """A stored moment as date and time to the minute, in UTC."""
        return self.time(datetime.fromisoformat(text)) if text else ""

    def time(self, at: Optional[datetime]) -> str:
        """A moment as date and time to the minute, in UTC."""
        return at.strftime("%Y-%m-%d %H:%M") if at else ""

    def level(self, level: Optional[str]) -> str:
        """A level in words."""
        return self._texts(f"levels.{level}") if level else self._texts("levels.none")

    def _turn(self, message: Mapping[str, Any], offered: Mapping[str, str]) -> dict[str, Any]:
        choices = message.get("choices") or []
        person = message["from"] == "person"
        picked = [offered.get(str(value)) or self._label(str(value)) for value in choices] if person else []
        advice = message.get("advice") or {}
        decision = message.get("decision")
        author = self._texts(f"one.{message['from']}")
        return {
            "person": person,
            "author": self._texts("one.clinician_by", name=message["by"]) if message.get("by") else author,
            "feedback": message.get("feedback"),
            "at": self.moment(message["at"]),
            "text": message.get("text") or "",
            "picked": picked,
            "offered": [] if person else [choice["label"] for choice in choices],
            "kind": message.get("kind"),
            "answer": advice.get("answer"),
            "failed": message.get("failed"),
            "decision": self._decision(decision) if decision else None,
        }

    def _decision(self, decision: Mapping[str, Any]) -> dict[str, Any]:
        record = decision.get("decision") or {}
        return {
            **decision,
            "topics": [self.topic(name) for name in record.get("topics") or []],
            "rules": [self._rule(rule) for rule in decision.get("fired") or []],
            "facts_shown": self._facts(decision.get("facts") or {}),
            "changes": [
                {"label": self._label(change["finding"]), "level": change["level"], "rule": change.get("rule")}
                for change in record.get("would_change") or []
            ],
            "same_knowledge": decision.get("knowledge_version") == self._knowledge.version,
        }

    def _rule(self, rule: Mapping[str, Any]) -> dict[str, Any]:
        known = self._knowledge.rules.get(rule["id"])
        return {
            **rule,
            "why": known.why if known else "",
            "because": [self._label(key) for key in rule.get("because") or []],
            "sources": [self.source(name) for name in rule.get("sources") or []],
        }

    def _facts(self, case: Mapping[str, Any]) -> list[dict[str, str]]:
        shown = []
        order = ["present", "uncertain", "past", "absent"]
        facts = (case.get("facts") or {}).items()
        for name, fact in sorted(
            facts, key=lambda item: order.index(item[1]["status"]) if item[1].get("status") in order else -1
        ):
            more = [str(fact[key]) for key in ("side", "site", "severity", "trend", "onset") if fact.get(key)]
            more += [f"{key}: {_span(fact[key])}" for key in ("lasting", "episode", "gone") if fact.get(key)]
            shown.append({"label": self._label(name), "status": fact.get("status", ""), "more": ", ".join(more)})
        for name in ("age", "sex", "pregnant"):
            value = case.get(name)
            if value is not None:
                years = f"{value['middle']:g}" if isinstance(value, dict) else str(value)
                shown.append({"label": self._texts(f"facts.{name}"), "status": years, "more": ""})
        return shown

    def _label(self, key: str) -> str:
        name, _, attribute = key.partition(".")
        finding = self._knowledge.findings.get(name)
        label = finding.label if finding else name
        return f"{label} ({attribute})" if attribute else label

    def topic(self, name: str) -> str:
        """A topic by its label."""
        topic = self._knowledge.topics.get(name)
        return topic.label if topic else name

    def source(self, name: str) -> str:
        """A source as organisation, title, year and section."""
        source = self._knowledge.sources.get(name)
        return f"{source.organisation}: {source.title} ({source.year}), {source.section}" if source else name


def _span(bounds: Mapping[str, float]) -> str:
    """A stretch of time in the largest unit that keeps it above one."""
    for seconds, unit in ((86400 * 365.25, "years"), (86400, "days"), (3600, "hours"), (60, "minutes")):
        if bounds["middle"] >= seconds:
            low, high = (f"{bounds[end] / seconds:.3g}" for end in ("low", "high"))
            return f"{low} {unit}" if low == high else f"{low} to {high} {unit}"
    return f"{bounds['middle']:g} seconds"
