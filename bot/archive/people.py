"""Names and contacts of askers, taken out of what they wrote and out of what was written to them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from bot.archive.identity import REMOVED, without_numbers
from bot.records.canonical import storable

_TITLE = r"(?:miss|mister|ms|mr|mrs|mx|madam|sir)\b\.?"
# Words that may follow a form of address and are no name: "Madam, you should" goes on, it names nobody.
_NO_NAME = r"(?!(?:you|your|i|it|this|that|the|we|thanks?|please|there|if|as|and)\b)"
_WORD = rf"{_NO_NAME}[^\W\d_][\w'’-]*\.?"
_GREETING = r"(?:dear|hello|hi|hey|greetings|good\s+(?:morning|afternoon|evening|day))"
_CAPITALISED = r"(?-i:(?!(?:However|Unfortunately|Doctors?|Dr|There|You|Sir|Madam|Thanks?|I)\b)[A-Z][\w'’-]*)"
_NAME = rf"{_CAPITALISED}(?:\s+(?:(?:de|la|del|van|von|der|bin|al)\s+)*{_CAPITALISED}){{0,2}}"
_END = r"(?:\s*[,:;!，：]\s*|\s*(?:[-–—]\s|\n)\s*|\.\s*\n\s*)"
_NAMED = re.compile(
    # A greeting with a form of address and a name; a form of address with a name; a greeting that goes on to a name.
    rf"^[ \t]*(?:{_GREETING}\s*,?[ \t]+{_TITLE}(?:[ \t]+{_WORD}){{1,3}}?{_END}"
    rf"|{_GREETING}\s*,?[ \t]+{_TITLE}[ \t]+{_CAPITALISED}[ \t]+(?=(?-i:[A-Z]))"
    rf"|{_TITLE}[ \t]+(?:(?:de|la|del|van|von|der|bin|al)\s+)*{_NAME}{_END}"
    rf"|{_GREETING}[ \t]+{_NAME}{_END})",
    re.IGNORECASE | re.MULTILINE,
)
_CLOSING = (
    r"(?:(?:with\s+)?(?:many\s+|best\s+|kind\s+|warm\s+)*(?:thank\s+you|thanks|regards|wishes|sincerely|yours|cheers))"
)
_CLOSED = re.compile(rf"[-–—~\s]*{_CLOSING}(?:\s+(?:very\s+much|in\s+advance|sincerely|truly|again))*[\s,.!]*", re.I)
_SIGNED = re.compile(
    r"[-–—~\s]*(?!(?:Please|Help|Urgent|Waiting|Regards|Sincerely|Yours|Female|Male|Age)\b)(?:[A-Z][a-zà-ÿ'’-]*\.?\s*){1,3}"
)
# A nickname that is a word of every text: taken out where somebody is addressed by it, and left where it is a word.
_ORDINARY = (
    "january february march april may june july august september october november december monday tuesday wednesday "
    "thursday friday saturday sunday doctor dr i me a you anonymous help"
)
_WORDS = frozenset(_ORDINARY.split())

# In place of nicknames stand characters of Unicode's private planes: of the first one the whole nickname, of the
# second one the first of its words.
_FIRST_WHOLE, _FIRST_PART, _MOST_MARKS = 0xF0000, 0x100000, 0xFFFE
_WHOLE, _ANY = "[\U000f0000-\U000ffffd]", "[\U000f0000-\U0010fffd]"
_MARK = re.compile(_ANY)
_START = r"(?:^|(?<=[.!?\"“”'\n])[ \t]*)"
_ADDRESSED = re.compile(
    rf"(?P<opening>{_START}{_GREETING}\s*,?[ \t]+(?:{_TITLE}[ \t]+)?(?:{_ANY}{_END}|{_WHOLE}(?!['’])(?:[.]?\s+|$)))"
    rf"|(?P<first>{_START}(?:{_TITLE}[ \t]+)?{_ANY}{_END})"
    rf"|(?P<alone>(?<=[.!?\"“”\n])[ \t]*[-–—~]*[ \t]*{_WHOLE}[.!]?(?=\s*(?:[\"“”\n]|$)))"
    rf"|(?P<between>,[ \t]*{_ANY}(?=[,.!?;]))",
    re.IGNORECASE | re.MULTILINE,
)
_INTRODUCED = re.compile(rf"\b(?:i\s+am|i['’]m|this\s+is|my\s+name\s+is|name\s*:|call\s+me)\s+{_WHOLE}", re.IGNORECASE)
_NAME_IN_SENTENCE = re.compile(rf"(?<=[\w,;:(]\s){_WHOLE}|{_WHOLE}(?=['’]s\b)")
_SIGNED_BY = re.compile(
    rf"[-–—~\s]*(?:(?:{_CLOSING}|from|by|signed|name|best|love)[\s,.:!-]*)*{_WHOLE}[\s.,]*(?:\(?\d{{1,3}}\)?)?[\s.,!]*",
    re.IGNORECASE,
)


def without_contacts(text: str) -> str:
    """`text` with each e-mail address, telephone and identity number replaced by "[removed]".

    Dates, doses and values are left as they are. All text of an import passes here, so characters that no database
    keeps are replaced here as well.
    """
    return without_numbers(storable(text))


def without_salutation(text: str, nickname: str = "") -> str:
    """`text` without lines' openings that name the one it is written to ("Dear Ms. Example,"); others are left.

    Where the nickname is known, all that `without_nickname` takes out goes as well.
    """
    # The nickname first: of one of several words, or with a comma in it, a form of address takes only a part.
    text = without_nickname(text, nickname)
    named = _NAMED.search(text)
    while named:
        text = text[: named.start()] + _capitalised(text[named.end() :])
        named = _NAMED.search(text, named.start())
    return text


def without_nickname(text: str, nickname: str) -> str:
    """`text` without the asker's nickname: as a salutation, between commas, alone as a sentence, or as a name.

    Capitals and accents make no difference: "José María" is also "jose maria". A nickname within a sentence is
    replaced by "[removed]" where it is written as a name, with a capital, or where it is introduced ("I am jeri").
    """
    text, spelled = _marked(text, nickname)
    if not spelled:
        return text
    for found in reversed(list(_ADDRESSED.finditer(text))):
        text = _let_go(text, found)
    plain = nickname.strip(" .,").casefold()
    if len(plain) > 1 and plain not in _WORDS:
        text = _INTRODUCED.sub(lambda found: found[0][:-1] + REMOVED, text)
        text = _NAME_IN_SENTENCE.sub(
            lambda found: REMOVED if spelled.get(found[0], "-")[0].isupper() else found[0], text
        )
    return _unmarked(text, spelled)


def without_signature(text: str, nickname: str) -> str:
    """`text` without last lines that are only the asker's nickname, or a name after a line of thanks or regards."""
    text, spelled = _marked(text, nickname)
    lines = text.splitlines()
    while spelled and len(lines) > 1 and (_SIGNED_BY.fullmatch(lines[-1]) or not lines[-1].strip()):
        lines.pop()
    if len(lines) > 2 and _CLOSED.fullmatch(lines[-2]) and _SIGNED.fullmatch(lines[-1]):
        lines.pop()
    return _unmarked("\n".join(lines), spelled)


def _marked(text: str, nickname: str) -> tuple[str, dict[str, str]]:
    """`text` with a mark, one character, in place of each nickname, and how each of these was spelled.

    Patterns around the marks are the same for all nicknames: to compile some for each asker would take longer than
    all else that an import does.
    """
    text = unicodedata.normalize("NFC", text)
    words = _folded(unicodedata.normalize("NFC", nickname)).strip(" .,").split()
    folded = _folded(text)
    if not words or words[0].strip(".,").casefold() not in folded.casefold():
        return text, {}
    whole = r"\s+".join(map(re.escape, words)) + (r"\.?" if len(words) > 1 and len(words[-1]) == 1 else "")
    # A greeting often has the first of several names alone.
    first = re.escape(words[0].strip(".,")) if len(words) > 1 and len(words[0]) > 2 else whole
    spelled: dict[str, str] = {}
    marked, end = [], 0
    for found in re.finditer(rf"(?<!\w)(?:(?P<whole>{whole})|{first})(?!\w)", folded, re.IGNORECASE):
        mark = chr((_FIRST_WHOLE if found["whole"] else _FIRST_PART) + len(spelled) % _MOST_MARKS)
        spelled[mark] = text[found.start() : found.end()]
        marked += [text[end : found.start()], mark]
        end = found.end()
    return "".join([*marked, text[end:]]), spelled


def _unmarked(text: str, spelled: Mapping[str, str]) -> str:
    return _MARK.sub(lambda found: spelled.get(found[0], found[0]), text) if spelled else text


def _let_go(text: str, found: re.Match[str]) -> str:
    before, after = text[: found.start()], text[found.end() :]
    if found["opening"] or found["first"]:
        gap = " " if before and not before[-1].isspace() and found[0][:1].isspace() else ""
        return before + gap + _capitalised(after)
    return before + after


def _folded(text: str) -> str:
    """`text` without accents and as long as before, so that a place in it is the same place in `text`."""
    if text.isascii():
        return text
    return "".join(unicodedata.normalize("NFD", character)[0] for character in text)


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
