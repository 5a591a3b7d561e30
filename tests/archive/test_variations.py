"""Each way in which a page of the archive may differ from the plain one."""

from __future__ import annotations

from datetime import date

import pytest

from bot.archive.entry import Entry, Refused, Topic
from bot.archive.pages import parse_page

QUESTION = "My left elbow aches.\nIs it the desk?"
ASKER = "kim, 20~29 year old male. Ask Date: 2015/01/02"
REPLY = "Lower the desk a little."


def page(
    title: str = "Sore elbow",
    question: str = QUESTION,
    asker: str = ASKER,
    header: str = "Dr. Carla Sample reply Orthopaedics",
    reply: str = REPLY,
    rest: str = "Reply Date: 2015/01/03",
) -> str:
    return "\n".join((title, question, asker, header, reply, rest)) + "\n"


def one(text: str) -> Entry:
    (entry,) = parse_page(text, "page.txt")
    return entry


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("Sore elbow", "Sore elbow"),
        ("Sore elbow - Orthopaedics", "Sore elbow"),
        ("Sore elbow - ORTHOPAEDICS ", "Sore elbow"),
        ("Elbow - sore - Orthopaedics", "Elbow - sore"),
        ("Sore elbow - again", "Sore elbow - again"),
        ("Hello kim", "[removed]"),
        ("kim asks: what helps Kim's elbow?", "kim asks: what helps [removed]'s elbow?"),
    ],
)
def test_the_title_goes_without_its_specialty_and_without_the_asker(line: str, title: str) -> None:
    assert one(page(title=line)).title == title


def test_lines_that_offer_to_share_are_no_text() -> None:
    entry = one("Share to: Here\n" + page(question=f"Share to: Here | There\n\n{QUESTION}\nshare to : There"))
    assert (entry.title, entry.question) == ("Sore elbow", QUESTION)


def test_blank_lines_and_lists_inside_a_question_stay() -> None:
    question = "Two things.\n\n\n\n1. It aches.\n2) It clicks.\n\nIs it the desk?"
    assert one(page(question=question)).question == "Two things.\n\n1. It aches.\n2) It clicks.\n\nIs it the desk?"


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("1.\nIt aches.\n2.\nIt clicks.", "1. It aches.\n2. It clicks."),
        ("1.\n\nIt aches.\n(2)\nIt clicks.", "1. It aches.\n(2) It clicks."),
        ("I saw Dr.\nMuster last week.", "I saw Dr. Muster last week."),
        ("Dear Dr.\nMuster, it aches.", "Dear Dr. Muster, it aches."),
        ("How many?\n3.\n4.\nNone.", "How many?\n3.\n4. None."),
        ("It is 2.\nIt aches.", "It is 2.\nIt aches."),
        ("It aches.\n1.", "It aches.\n1."),
    ],
)
def test_lines_broken_after_a_number_or_doctor_are_mended(broken: str, whole: str) -> None:
    entry = one(page(question=broken, reply=broken.replace("Dear Dr.\n", "As Dr.\n")))
    assert entry.question == whole
    assert entry.reply == whole.replace("Dear Dr.", "As Dr.")
    assert entry.doctor == "Carla Sample"


@pytest.mark.parametrize("header", ["Dr.\nCarla Sample reply Orthopaedics", "Dr\n\nCarla  Sample reply Orthopaedics"])
def test_a_header_broken_after_doctor_is_mended(header: str) -> None:
    entry = one(page(header=header))
    assert (entry.doctor, entry.specialty, entry.reply) == ("Carla Sample", "Orthopaedics", REPLY)


@pytest.mark.parametrize(
    ("asker", "ages", "sex"),
    [
        ("kim, 20~29 year old male. Ask Date: 2015/01/02", (20, 29), "male"),
        ("kim, 20-29 years old Female. Ask Date: 2015-01-02", (20, 29), "female"),
        ("kim, 34 year old female. Ask Date: 2015/1/2", (34, 34), "female"),
        ("kim, 90+ year old male. Ask Date: 2015/01/02 10:30", (90, 90), "male"),
        ("kim, female. Ask Date: 2015/01/02", None, "female"),
        ("kim, 20~29 year old. Ask Date: 2015/01/02", (20, 29), None),
        ("kim, . Ask Date: 2015/01/02", None, None),
        ("kim. Ask Date: 2015/01/02", None, None),
        ("kim Ask Date: 2015/01/02", None, None),
        (", 20~29 year old male. Ask Date: 2015/01/02", (20, 29), "male"),
        ("kim, 20~29 year old male.\nAsk Date: 2015/01/02", (20, 29), "male"),
    ],
)
def test_what_is_missing_of_the_asker_is_missing(asker: str, ages: tuple[int, int] | None, sex: str | None) -> None:
    entry = one(page(asker=asker, question=f"{QUESTION}\nkim"))
    assert (entry.asker_ages, entry.asker_sex, entry.ask_date) == (ages, sex, date(2015, 1, 2))
    assert asker.startswith(",") or entry.question == QUESTION


def test_no_ask_date_is_none() -> None:
    assert one(page(asker="kim, male. Ask Date:")).ask_date is None


@pytest.mark.parametrize(
    "nickname", ["José María", "jose maria", "Zoë B.", "小美", "male nurse", "x_9", "30 year old desk", "Ann, B", "(:"]
)
def test_nicknames_of_any_kind_go_with_their_signature_and_salutation(nickname: str) -> None:
    entry = one(
        page(
            question=f"{QUESTION}\nThanks, {nickname}",
            asker=f"{nickname}, 40~49 year old female. Ask Date: 2015/01/02",
            reply=f"Hello {nickname}, lower the desk a little.\n{nickname}: it will pass.",
        )
    )
    assert (entry.question, entry.asker_ages, entry.asker_sex) == (QUESTION, (40, 49), "female")
    assert entry.reply == "Lower the desk a little.\nIt will pass."
    assert nickname not in repr(entry)


def test_a_question_that_is_only_a_salutation_is_refused() -> None:
    with pytest.raises(Refused, match=r"page.txt:3: .* expected a question that is more than a name"):
        parse_page(page(question="Hello kim,"), "page.txt")


def test_replies_of_one_doctor_and_of_another_have_ids_of_their_own() -> None:
    more = (
        "Reply Date: 2015/01/03\nDr. Carla Sample reply Orthopaedics\nAnd rest.\nReply Date: 2015/01/05\n"
        "Dr. Dan Sample reply Surgery\nI agree.\nReply Date: 2015/01/06"
    )
    entries = parse_page(page(rest=more), "page.txt")
    assert [entry.reply for entry in entries] == [REPLY, "And rest.", "I agree."]
    assert [entry.reply_date and entry.reply_date.day for entry in entries] == [3, 5, 6]
    assert len({entry.source_id for entry in entries}) == 3


def test_a_reply_that_quotes_the_asker_keeps_the_words_and_not_the_name() -> None:
    reply = (
        'Dear Miss Kim, You wrote "Hello, I am Kim. My left elbow aches. Thank you. Kim".\n'
        "kim, 20~29 year old male. Ask Date: 2015/01/02\n> My left elbow aches, Kim\nThen, Kim, lower the desk."
    )
    assert one(page(reply=reply)).reply == (
        'You wrote "Hello, I am [removed]. My left elbow aches. Thank you.".\n'
        "> My left elbow aches, [removed]\nThen, lower the desk."
    )


def test_what_stands_below_a_replys_date_is_not_the_doctors() -> None:
    rest = "Reply Date: 2015/01/03\nThank you, and at night?\nkim, male. Ask Date: 2015/01/04\nMore Info\nElbows bend."
    entry = one(page(rest=rest))
    assert entry.reply == REPLY
    assert entry.unsigned_text == "Thank you, and at night?\nElbows bend."


def test_a_missing_reply_date_is_missing() -> None:
    assert one(page(rest="")).reply_date is None


SIMILAR = """Reply Date: 2015/01/03
Similar Q&A
Stiff elbow
It is stiff when I wake. Is that from the de...
Dr.
Dan Sample reply Orthopaedics
Hello Ms. Yeo, You mentioned that "it is stiff". A stiff elb...[Read More] Stiff elbow
Clicking elbow
It clicks…
Dr. Dan Sample reply Orthopaedics
Let it click. [ read more ]
Clicking elbow
No header
This block has none of a doctor. [Read More]
Last elbow
It is the last.
Sample reply Orthopaedics
Indeed
Related FAQ
(Orthopaedics)
Elbow (left)(Orthopaedics)
Desk ( Ergonomics )
Chair
Chair
"""


def test_similar_questions_that_are_cut_off_say_so() -> None:
    stiff, click, last = one(page(rest=SIMILAR)).similar
    assert (stiff.title, stiff.question, stiff.doctor) == (
        "Stiff elbow", "It is stiff when I wake. Is that from the de...", "Dan Sample"
    )  # fmt: skip
    assert stiff.reply == 'You mentioned that "it is stiff". A stiff elb...'
    assert (click.title, click.question, click.reply) == ("Clicking elbow", "It clicks…", "Let it click.")
    assert (last.title, last.doctor, last.reply) == ("Last elbow", None, "Indeed")
    assert (stiff.cut_off, click.cut_off, last.cut_off) == (True, True, False)


def test_topics_have_their_specialty_from_the_brackets() -> None:
    assert one(page(rest=SIMILAR + "x" * 201)).topics == (
        Topic("Elbow (left)", "Orthopaedics"), Topic("Desk", "Ergonomics"), Topic("Chair", "")
    )  # fmt: skip


@pytest.mark.parametrize(
    "piece", ["\n", "Dr.\n", "1.\n", "Kim, ", "Hello kim\n", "Dear Miss A, ", "kim\n", "a ", ", kim"]
)
def test_no_page_takes_long(piece: str) -> None:
    text = piece * (20_000 // len(piece))
    assert one(page(question=f"{QUESTION}{text}.", reply=f"{text}{REPLY}")).doctor == "Carla Sample"
