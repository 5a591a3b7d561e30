"""Pages of a doctors' question-and-answer archive, as text: one page, one question, and one reply or several.

A page is: the title; the question's lines; a line on the asker ("NAME, 20~29 year old female. Ask Date: 2004/08/17");
"Dr. NAME reply SPECIALTY" and the reply's lines; "Reply Date: 2004/08/17"; and, each of them optional, "More Info" with
text that nobody signed, "Similar Q&A" with extracts of other questions, and "Related FAQ" with names of topics.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.archive.entry import Entry, Refusal, Refused, Similar, Topic, shown, source_id
from bot.archive.identity import REMOVED
from bot.archive.people import without_contacts, without_nickname, without_salutation, without_signature

ASKER_FORM = '"NAME, AGE year old SEX. Ask Date: YYYY/MM/DD"'
LONGEST_ASKER = 100
LONGEST_TOPIC = 200
HEADER_FORM = '"Dr. NAME reply SPECIALTY"'

_ASKED = re.compile(r"^(?P<who>.*?)\s*Ask Date\s*:\s*(?P<date>.*)$", re.IGNORECASE)
_AGES = r"\b(?P<low>\d{1,3})(?:\s*(?:[~～–-]|to)\s*(?P<high>\d{1,3}))?\+?\s*(?:year|yr)s?[\s-]*old\b"
# The asker's nickname may itself hold such words: what counts is what the line ends with.
_WHO = re.compile(
    rf"^(?P<nickname>.*?)[\s,.]*(?:(?P<age>{_AGES})[\s,]*)?(?P<sex>\b(?:female|male)\b)?[\s,.]*$",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"^(?:(?P<sample>Sample)|Dr\.?\s+(?P<doctor>\S.{0,78}?))\s+reply\b[\s:,-]*(?P<specialty>[^.!?]{0,60})$",
    re.IGNORECASE,
)
_REPLIED = re.compile(r"^Reply Date\s*:\s*(?P<date>.*)$", re.IGNORECASE)
_DATE = re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})")
_MORE = re.compile(r"\[\s*Read More\s*\].*$", re.IGNORECASE | re.DOTALL)
_TOPIC = re.compile(r"^(?P<name>.*?)\s*\((?P<specialty>[^()]*)\)\s*$")
_PARTS = {"more info": "unsigned", "similar q&a": "similar", "related faq": "topics"}
# What ends with one of these was broken off: a list's number alone on its line, or a form of address without its name.
_NUMBERED = re.compile(r"^\(?\d{1,2}[.)、]$")
_ADDRESSED = re.compile(r"(?:^|\s)(?:Dr|Mr|Mrs|Ms|Prof)\.$|^Dr$", re.IGNORECASE)
_NOISE = re.compile(r"^(?:share to\s*:.*|share\s*:.*)$", re.IGNORECASE)
_ENDS = ("...", "…")


@dataclass(frozen=True)
class _Line:
    number: int
    text: str


@dataclass
class _Reply:
    header: _Line
    doctor: str | None
    specialty: str | None
    lines: list[str] = field(default_factory=list)
    date: date | None = None
    ended: bool = False


def parse_page(text: str, file: str) -> list[Entry]:
    """The entries of a page: one, or one for each reply where there are several. Raises Refused.

    `file` is the name under which a refusal and the entry tell where they come from.
    """
    lines = [_Line(number, line.strip()) for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1)]
    lines = _mended([line for line in lines if not _NOISE.match(line.text)])
    title = next((line for line in lines if line.text), None)
    if title is None:
        raise Refused(Refusal(file, 1, "an empty page", f"a title, a question, {ASKER_FORM} and {HEADER_FORM}"))
    asked_at = next((place for place, line in enumerate(lines) if _ASKED.match(line.text)), None)
    if asked_at is None:
        raise Refused(Refusal(file, title.number, shown(title.text), f"a page with a line {ASKER_FORM}"))
    asked = lines[asked_at]
    question = _joined(line.text for line in lines[lines.index(title) + 1 : asked_at])
    if not question:
        raise Refused(Refusal(file, asked.number, shown(asked.text), "a title and a question above this line"))
    replies, parts = _after(lines[asked_at + 1 :], asked, file)
    return _entries(title.text, question, asked, replies, parts, file)


def _entries(
    title: str, question: str, asked: _Line, replies: list[_Reply], parts: dict[str, list[_Line]], file: str
) -> list[Entry]:
    found = _ASKED.match(asked.text)
    assert found is not None
    who = _WHO.match(found["who"])
    assert who is not None
    nickname, sex = who["nickname"].strip(" ,."), who["sex"]
    low = int(who["low"]) if who["age"] else 0
    title = _without_specialty(without_contacts(without_nickname(title, nickname)), replies[0].specialty) or REMOVED
    question = without_contacts(without_nickname(without_signature(question, nickname), nickname))
    if not question:
        raise Refused(Refusal(file, asked.number, shown(asked.text), "a question that is more than a name"))
    unsigned = without_contacts(without_salutation(_joined(line.text for line in parts["unsigned"]), nickname)) or None
    entries: list[Entry] = []
    for place, reply in enumerate(replies):
        text = without_contacts(without_salutation(_joined(reply.lines), nickname))
        if not text:
            raise Refused(Refusal(file, reply.header.number, shown(reply.header.text), "a reply below this line"))
        entries.append(
            Entry(
                title=title,
                question=question,
                reply=text,
                source_id=source_id(
                    title, question, reply.doctor, [each.doctor for each in replies[: place + 1]].count(reply.doctor)
                ),
                file=file,
                line=1,
                doctor=reply.doctor,
                specialty=reply.specialty,
                asker_ages=(low, int(who["high"] or low)) if who["age"] else None,
                asker_sex=sex.lower() if sex else None,
                ask_date=_date(found["date"], asked, file),
                reply_date=reply.date,
                # What stands once on the page is stored once, with the first reply.
                unsigned_text=unsigned if place == 0 else None,
                sample=reply.doctor is None,
                cut_off=text.endswith(_ENDS),
                similar=_similar(parts["similar"]) if place == 0 else (),
                topics=_topics(parts["topics"]),
            )
        )
    return entries


def _after(lines: Sequence[_Line], asked: _Line, file: str) -> tuple[list[_Reply], dict[str, list[_Line]]]:
    """The replies, and the lines of each optional part, that follow the line on the asker."""
    replies: list[_Reply] = []
    parts: dict[str, list[_Line]] = {name: [] for name in _PARTS.values()}
    part = ""
    for line in lines:
        named = _PARTS.get(line.text.casefold().rstrip(":"))
        header = None if part else _HEADER.match(line.text)
        if named:
            part = named
        elif part:
            parts[part].append(line)
        elif header:
            doctor = " ".join(header["doctor"].split()) if header["doctor"] else None
            replies.append(_Reply(line, doctor, header["specialty"].strip() or None))
        elif not replies:
            if line.text:
                raise Refused(Refusal(file, line.number, shown(line.text), f"a line {HEADER_FORM}"))
        elif (replied := _REPLIED.match(line.text)) is not None:
            replies[-1].date = _date(replied["date"], line, file)
            replies[-1].ended = True
        elif _ASKED.match(line.text):
            # The asker's line, quoted in a reply or below another question of theirs: it names them.
            continue
        elif replies[-1].ended:
            # A reply ends with its date: whoever wrote on below it, it was not signed.
            parts["unsigned"].append(line)
        else:
            replies[-1].lines.append(line.text)
    if not replies:
        raise Refused(Refusal(file, asked.number, shown(asked.text), f"a line {HEADER_FORM} below this line"))
    return replies, parts


def _mended(lines: Sequence[_Line]) -> list[_Line]:
    """The lines, with those put together again that were broken after "Dr." or "1.", or before "Ask Date"."""
    mended: list[_Line] = []
    # Where the last line that is not empty stands among the mended ones.
    last = 0
    for line in lines:
        before = mended[last].text if mended else ""
        if before and line.text and _broken(before, line.text, adjacent=last == len(mended) - 1):
            stop = "." if before.casefold() == "dr" else ""
            mended[last:] = [_Line(mended[last].number, f"{before}{stop} {line.text}")]
        else:
            mended.append(line)
            if line.text:
                last = len(mended) - 1
    return mended


def _broken(before: str, after: str, adjacent: bool) -> bool:
    """Whether a line goes on in the next one that is not empty."""
    asked = _ASKED.match(after)
    if asked and not asked["who"]:
        who = _WHO.match(before)
        return bool(who and (who["age"] or who["sex"]) and len(before) <= LONGEST_ASKER)
    if asked or _REPLIED.match(after) or after.casefold().rstrip(":") in _PARTS:
        return False
    if _NUMBERED.match(before):
        return not _HEADER.match(after) and not _NUMBERED.match(after)
    return bool(_ADDRESSED.search(before[-8:])) and (adjacent or before.casefold() in ("dr.", "dr"))


def _similar(lines: Sequence[_Line]) -> tuple[Similar, ...]:
    """Blocks of title, question, header and reply; a block ends with its "[Read More]", or where the lines end."""
    found: list[list[_Line]] = []
    block: list[_Line] = []
    for line in (line for line in lines if line.text):
        if found and not block and line.text == found[-1][0].text:
            # The title once more, as the words of the link to read more.
            continue
        block.append(line)
        if _MORE.search(line.text):
            found.append(block)
            block = []
    similar = []
    for each in [*found, block]:
        at = next((place for place, line in enumerate(each) if _HEADER.match(line.text)), None)
        if at is None or at < 2:
            # Without a title, a question and a header there is nothing to link to.
            continue
        header = _HEADER.match(each[at].text)
        assert header is not None
        question = _joined(line.text for line in each[1:at])
        whole = _joined(line.text for line in each[at + 1 :])
        reply = _MORE.sub("", whole).strip()
        similar.append(
            Similar(
                title=without_contacts(each[0].text),
                question=without_contacts(question),
                reply=without_contacts(without_salutation(reply)),
                doctor=" ".join(header["doctor"].split()) if header["doctor"] else None,
                specialty=header["specialty"].strip() or None,
                # "Read more" says that there is more, even where the extract ends with a whole sentence.
                cut_off=reply != whole or reply.endswith(_ENDS) or question.endswith(_ENDS),
                line=each[0].number,
            )
        )
    return tuple(similar)


def _topics(lines: Sequence[_Line]) -> tuple[Topic, ...]:
    """The named topics. The page's own place in the list has a specialty and no name: it names nothing."""
    topics = []
    for line in lines:
        found = _TOPIC.match(line.text)
        name, specialty = (found["name"], found["specialty"].strip()) if found else (line.text, "")
        if name and max(len(name), len(specialty)) <= LONGEST_TOPIC:
            topics.append(Topic(name, specialty))
    return tuple(dict.fromkeys(topics))


def _without_specialty(title: str, specialty: str | None) -> str:
    head, dash, tail = title.rpartition(" - ")
    return head.strip() if dash and specialty and tail.strip().casefold() == specialty.casefold() else title


def _date(text: str, line: _Line, file: str) -> date | None:
    if not text.strip():
        return None
    found = _DATE.match(text.strip())
    try:
        return date(*map(int, found.groups())) if found else _refuse_date(line, file)
    except ValueError:
        return _refuse_date(line, file)


def _refuse_date(line: _Line, file: str) -> date:
    raise Refused(Refusal(file, line.number, shown(line.text), "a date as YYYY/MM/DD"))


def _joined(lines: Iterable[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
