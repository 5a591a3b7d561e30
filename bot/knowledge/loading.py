"""Files of the knowledge folder to one value, `Knowledge`. Faults are raised one at a time; `check` collects them."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any, Mapping, Optional

from bot.knowledge.codes import codes
from bot.knowledge.conditions import SECONDS, TRENDS, ConditionParser, Has, PersonIs, Range, seconds_of
from bot.knowledge.fields import Fields
from bot.knowledge.files import canonical, read_documents, version_of
from bot.knowledge.knowledge import Knowledge
from bot.knowledge.messages import Messages
from bot.knowledge.model import (
    GROUPS,
    KINDS,
    LEVELS,
    REPLIES,
    Finding,
    Line,
    Option,
    Question,
    Review,
    Rule,
    RuleCase,
    SafetyNet,
    Source,
    Topic,
)
from bot.knowledge.problems import KeyPath, KnowledgeError
from bot.knowledge.word_lists import word_lists

# How many findings one question may offer where the knowledge does not say.
_MOST_AT_ONCE = 8
# How many questions one interview may put, first and second askings together, where the knowledge does not say.
_MOST_QUESTIONS = 8
TREE = Path(__file__).resolve().parents[2] / "knowledge"


def load(path: Optional[Path] = None) -> Knowledge:
    """The knowledge in a folder, by default the one that comes with the program. Raises KnowledgeError."""
    return build(read_documents(path or TREE))


def build(documents: Mapping[str, Any]) -> Knowledge:
    """The knowledge that plain documents describe: files just read, or the JSON stored with a version."""
    findings = _findings(documents)
    sources = _sources(documents.get("sources.yml", {}))
    topics = _topics(documents, findings, sources)
    rules = _rules(documents, findings, sources)
    questions, limits = _interview(documents.get("interview.yml", {}), findings)
    groups = {PurePosixPath(name).stem: data for name, data in documents.items() if name.startswith("messages/en/")}
    language = word_lists({name: data for name, data in documents.items() if name.startswith("language/en/")})
    data = canonical(documents)
    return Knowledge(
        version=version_of(data),
        canonical=data,
        findings=findings,
        rules=rules,
        topics=topics,
        questions=questions,
        **limits,
        sources=sources,
        messages=Messages(groups),
        language=language,
    )


def _findings(documents: Mapping[str, Any]) -> dict[str, Finding]:
    words = ("label", "kind", "say", "say_not", "compose", "broader", "choice", "calms", "own_denial", "codes")
    valid = (*words, "history", "acute", "asked_in", "only_for", "overlaps")
    questions = documents.get("interview.yml", {}).get("questions", {})
    every = {key for name, data in documents.items() if name.startswith("findings/") for key in data}
    signs = documents.get("language/en/signs.yml", {})
    sites = documents.get("language/en/sites.yml", {})
    others = {**dict.fromkeys(every), **documents.get("language/en/cues.yml", {})}
    findings: dict[str, Finding] = {}
    for file, data in documents.items():
        if not file.startswith("findings/"):
            continue
        for name, entry in data.items():
            fields = Fields(file, (name,), entry, valid)
            if name in findings:
                raise KnowledgeError(file, (name,), f'finding "{name}" is also in {findings[name].file}. Keep one.')
            pairs = []
            for place, pair in enumerate(fields.sequence("compose")):
                inner = Fields(file, (name, "compose", place), pair, ("sign", "sites"))
                inner.one_of("sign", tuple(signs))
                pairs += [(str(inner.need("sign")), site) for site in inner.names("sites", sites, "site", "sites.yml")]
            findings[name] = Finding(
                id=name,
                label=fields.text("label"),
                kind=fields.one_of("kind", KINDS),
                file=file,
                say=fields.texts("say"),
                say_not=fields.texts("say_not"),
                compose=tuple(pairs),
                broader=fields.names("broader", dict.fromkeys(every), "finding", "knowledge/findings/"),
                choice=fields.maybe("choice"),
                calms=bool(entry.get("calms", False)),
                own_denial=bool(entry.get("own_denial", False)),
                history=bool(entry.get("history", False)),
                acute=bool(entry.get("acute", False)),
                asked_in=fields.known("asked_in", questions, "question", "knowledge/interview.yml"),
                only_for=_only_for(file, (name, "only_for"), entry.get("only_for")),
                overlaps=fields.names("overlaps", others, "finding", "knowledge/findings/"),
                codes=codes(fields),
            )
    return findings


def _only_for(file: str, keys: KeyPath, data: Any) -> Optional[PersonIs]:
    if data is None:
        return None
    person = ConditionParser(file, {}).parse({"person": data}, keys)
    assert isinstance(person, PersonIs)
    return person


def _sources(data: Mapping[str, Any]) -> dict[str, Source]:
    valid = ("organisation", "title", "year", "section", "grade", "checked", "review_by")
    sources = {}
    for name, entry in data.items():
        fields = Fields("sources.yml", (name,), entry, valid)
        sources[name] = Source(
            id=name,
            organisation=fields.text("organisation"),
            title=fields.text("title"),
            year=fields.text("year"),
            section=fields.text("section"),
            grade=fields.one_of("grade", ("A", "B", "C")),
            checked=fields.day("checked"),
            review_by=fields.day("review_by"),
        )
    return sources


def _rules(
    documents: Mapping[str, Any], findings: Mapping[str, Finding], sources: Mapping[str, Source]
) -> dict[str, Rule]:
    words = ("version", "level", "when", "why", "sources", "judgement", "valid_from", "valid_to", "reviewed", "cases")
    valid = (*words, "reply")
    shared: dict[Has, Has] = {}
    rules: dict[str, Rule] = {}
    for file, data in documents.items():
        if not file.startswith("rules/"):
            continue
        top = Fields(file, (), data, ("topic", "rules"))
        conditions = ConditionParser(file, findings, shared)
        top.need("rules")
        for name, entry in top.mapping("rules").items():
            keys: KeyPath = ("rules", name)
            fields = Fields(file, keys, entry, valid)
            if name in rules:
                raise KnowledgeError(file, keys, f'rule "{name}" is also in {rules[name].file}. Ids are never reused.')
            rules[name] = Rule(
                id=name,
                version=fields.whole("version"),
                file=file,
                topic=top.text("topic"),
                level=fields.one_of("level", LEVELS[1:]),
                when=conditions.parse(fields.need("when"), (*keys, "when")),
                why=fields.text("why"),
                sources=fields.names("sources", sources, "source", "knowledge/sources.yml"),
                judgement=bool(entry.get("judgement", False)),
                valid_from=fields.day("valid_from"),
                valid_to=fields.day("valid_to") if entry.get("valid_to") else None,
                reviewed=_review(file, (*keys, "reviewed"), entry.get("reviewed")),
                cases=tuple(
                    _case(file, (*keys, "cases", place), case) for place, case in enumerate(fields.sequence("cases"))
                ),
                reply=fields.one_of("reply", REPLIES) if "reply" in entry else None,
            )
    return rules


def _review(file: str, keys: KeyPath, data: Any) -> Optional[Review]:
    if data is None:
        return None
    fields = Fields(file, keys, data, ("by", "on", "next"))
    return Review(fields.text("by"), fields.day("on"), fields.day("next"))


def _case(file: str, keys: KeyPath, data: Any) -> RuleCase:
    fields = Fields(file, keys, data, ("name", "facts", "message", "expect", "level"))
    level = fields.one_of("level", LEVELS) if "level" in fields.data else None
    return RuleCase(
        name=fields.text("name"),
        expect=fields.one_of("expect", ("fires", "near_miss", "denied", "unknown")),
        facts=fields.mapping("facts"),
        message=fields.maybe("message"),
        level=level,
    )


def _topics(
    documents: Mapping[str, Any], findings: Mapping[str, Finding], sources: Mapping[str, Source]
) -> dict[str, Topic]:
    valid = ("label", "complaints", "causes", "self_care", "doctor", "specialty", "safety_net", "related")
    topics = {}
    for file, data in documents.items():
        if not file.startswith("topics/"):
            continue
        name = file.split("/")[-1][:-4]
        fields = Fields(file, (), data, valid)
        net = Fields(
            file, ("safety_net",), fields.need("safety_net"), ("uncertain", "watch_for", "how_to_get_help", "how_long")
        )
        net.need("watch_for")

        def lines(part: str, fields: Fields = fields, file: str = file) -> tuple[Line, ...]:
            fields.need(part)
            entries = enumerate(fields.sequence(part))
            inner = [Fields(file, (part, place), entry, ("text", "sources")) for place, entry in entries]
            return tuple(
                Line(each.text("text"), each.names("sources", sources, "source", "knowledge/sources.yml"))
                for each in inner
            )

        topics[name] = Topic(
            id=name,
            label=fields.text("label"),
            file=file,
            complaints=fields.names("complaints", findings, "finding", "knowledge/findings/"),
            causes=lines("causes"),
            self_care=lines("self_care"),
            doctor=lines("doctor"),
            specialty=fields.text("specialty"),
            safety_net=SafetyNet(
                net.text("uncertain"), net.texts("watch_for"), net.text("how_to_get_help"), net.text("how_long")
            ),
            related=fields.texts("related"),
        )
    return topics


def _interview(data: Mapping[str, Any], findings: Mapping[str, Finding]) -> tuple[tuple[Question, ...], dict[str, int]]:
    file = "interview.yml"
    words = ("text", "again", "why", "red_flag", "findings", "attribute", "options", "yes_means", "clarifies")
    valid = (*words, "group", "none")
    questions = []
    top = Fields(file, (), data, ("budget", "most_at_once", "most_questions", "questions"))
    for name, entry in top.mapping("questions").items():
        keys: KeyPath = ("questions", name)
        fields = Fields(file, keys, entry, valid)
        attribute = None
        if "attribute" in entry:
            attribute = fields.one_of("attribute", ("lasting", "trend", "onset", "age"))
        here = fields.names("findings", findings, "finding", "knowledge/findings/")
        asked = (*here, *(each.id for each in findings.values() if each.asked_in == name and each.id not in here))
        questions.append(
            Question(
                id=name,
                text=fields.text("text"),
                again=fields.text("again"),
                why=fields.text("why"),
                red_flag=bool(entry.get("red_flag", False)),
                findings=asked,
                attribute=attribute,
                options=tuple(
                    _option((*keys, "options", place), option)
                    for place, option in enumerate(fields.sequence("options"))
                ),
                yes_means=fields.known("yes_means", findings, "finding", "knowledge/findings/"),
                clarifies=fields.known("clarifies", findings, "finding", "knowledge/findings/"),
                group=fields.one_of("group", GROUPS) if "group" in entry else None,
                none=fields.one_of("none", TRENDS) if "none" in entry else None,
            )
        )
    limits = {"most_at_once": _MOST_AT_ONCE, "most_questions": _MOST_QUESTIONS}
    limits = {name: top.whole(name) or usual for name, usual in limits.items()}
    return tuple(questions), {"budget": top.whole("budget"), **limits}


def _option(keys: KeyPath, data: Any) -> Option:
    fields = Fields("interview.yml", keys, data, ("value", "label", "lasting", "trend", "onset", "age"))
    lasting, age = fields.mapping("lasting"), fields.mapping("age")
    try:
        return Option(
            value=fields.text("value"),
            label=fields.text("label"),
            lasting=Range(**{name: seconds_of(bound) for name, bound in lasting.items()}) if lasting else None,
            trend=data.get("trend"),
            onset=data.get("onset"),
            age=Range(**{name: float(bound) for name, bound in age.items()}) if age else None,
        )
    except (TypeError, ValueError) as error:
        raise KnowledgeError("interview.yml", keys, f"{error} Units are {', '.join(SECONDS)}.") from error
