"""Judging a conversation: the form, the page with its texts to mark, and both verdicts where two have read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any, Optional

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from bot.archive.shelf import Shelf
from bot.console.forms import Unsealed, whole_number
from bot.console.places import redacted
from bot.console.review_form import FIELDS, TAGS, Form, MarkRow, Place, of, sent, verdict_of
from bot.console.room import Room
from bot.console.seal import FIELD
from bot.console.who import REVIEW, User, user_of
from bot.knowledge.model import LEVELS
from bot.records.drafts import KINDS, Drafts
from bot.records.existence import Erased, UnknownConversation
from bot.records.redaction import names_in
from bot.records.reviews import ANSWER_VERDICTS, LEVEL_VERDICTS, LONGEST_COMMENT, MARK_VERDICTS, Given, Review, Reviews

WORDS = "judging"
FOUND = 8
BLANK = 1
"""An empty line for a mark on the form, for who has no script to add one."""
SAVED = ("saved", "crossed")
NEXT = "/console/next"
"""The address that leads to the next conversation of the queue."""


def routes(room: Room) -> list[BaseRoute]:
    """The page of a review, and the search for a better entry."""
    pages = _Pages(room)
    return [
        room.route("/conversations/{id}/review", REVIEW, pages.review, "GET", "POST"),
        room.route("/review/entries", REVIEW, pages.entries, "POST"),
    ]


def review_values(room: Room, user: User, shown: Mapping[str, Any], form: Optional[Form] = None) -> dict[str, Any]:
    """What the template review_form.html needs, "review" and "review_words", for any page that includes it; without
    them the template is empty.

    `shown` is a conversation as `Conversations.show` gives it. Reads the database: call it in a thread.
    """
    reviews = Reviews(room.engine)
    messages = shown["messages"] if "messages" in shown else (room.conversations.show(shown["id"]) or shown)["messages"]
    said = reviews.said(shown["id"])
    names = names_in(row.text for row in said if row.text)
    with_text = [row for row in said if row.text is not None]
    places = [Place(number, row.id, redacted(row.text, names)) for number, row in enumerate(with_text, 1)]
    labels = {finding.id: finding.label for finding in room.knowledge.findings.values()}
    decided = [message["decision"] for message in messages if message.get("decision")]
    by_client = {row.client_id: row.id for row in said}
    first = _first(messages, by_client)
    versions = reviews.versions(shown["id"])
    own = [review for review in versions if review.reviewer_id == user.id]
    given = decided[-1]["level"] if decided else None
    if form is None:
        form = of(own[-1].verdict, own[-1].version, places, labels, first) if own else Form()
        form.given = given or ""
    # Whoever judges second does so without the first one's word before his eyes.
    blind = not any(review.verdict.done and review.verdict.level_verdict for review in own)
    others = [review for review in reviews.newest(shown["id"]).values() if review.reviewer_id != user.id]
    readers = [] if blind or not others else [own[-1], *others]
    facts = (decided[-1].get("facts") or {}).get("facts") or {} if decided else {}
    review = {
        "id": shown["id"],
        "user": user,
        "form": form,
        "seal": room.seal.issue(),
        "given": given,
        "levels": [level for level in LEVELS if level != "unknown"][::-1],
        "level_verdicts": LEVEL_VERDICTS,
        "mark_verdicts": MARK_VERDICTS,
        "answer_verdicts": ANSWER_VERDICTS,
        "read": [(key, labels.get(key, key), facts[key].get("status", "")) for key in facts if key in first],
        "findings": sorted(labels.values(), key=str.casefold),
        "marks": [*form.marks, *([MarkRow()] * BLANK)],
        "places": places,
        "transcript": _transcript(messages, places, by_client, names),
        "answer": _answer(room, messages),
        "better": _entry(room, form.better),
        "searchable": room.archives is not None,
        "tags": TAGS,
        "longest": LONGEST_COMMENT,
        "version": own[-1].version if own else 0,
        "own": own[-1] if own else None,
        "earlier": own[:-1][::-1],
        "waiting": bool(blind and others),
        "readers": [_reader(room, review, places, labels) for review in readers],
        "drafts": Drafts(room.engine).list(maker=user.id, conversation_id=shown["id"]) if own else [],
        "kinds": KINDS,
        "found": None,
        "next": NEXT,
    }
    return {"review": review, "review_words": room.texts.of(WORDS)}


class _Pages:
    def __init__(self, room: Room) -> None:
        self._room = room
        self._reviews = Reviews(room.engine)

    async def review(self, request: Request) -> Response:
        room, user = self._room, user_of(request)
        shown = await run_in_threadpool(room.conversations.show, request.path_params["id"])
        if shown is None:
            return room.render(request, "problem.html", 404, problem="unknown")
        if shown["erased_at"]:
            return room.render(request, "review_problem.html", 410, words=room.texts.of(WORDS), problem="erased")
        if request.method == "GET":
            notice = request.query_params.get("saved", "")
            return await self._page(request, shown, notice=notice if notice in SAVED else "")
        async with request.form(max_files=0, max_fields=FIELDS) as data:
            form, seal, search = sent(data), data.get(FIELD), data.get("do") == "search"
        if not room.seal.holds(request, seal):
            raise Unsealed
        if search:
            return await self._page(request, shown, form, search=form.better_words)
        values = await run_in_threadpool(review_values, room, user, shown, form)
        verdict = verdict_of(form, values["review"]["places"], self._ids(), _first_of(self._reviews, shown))
        if form.problems:
            return await self._page(request, shown, form, 422)

        def give() -> Given:
            given = self._reviews.give(shown["id"], user.id, verdict, form.version, datetime.now(timezone.utc))
            # What was judged is not in it: it is erased with the conversation, and the log is not.
            room.audit.write(user, "review", conversation_id=shown["id"], version=given.version, done=verdict.done)
            return given

        try:
            given = await run_in_threadpool(give)
        except (UnknownConversation, Erased):
            return room.render(request, "review_problem.html", 410, words=room.texts.of(WORDS), problem="erased")
        notice = "crossed" if given.crossed else "saved"
        return RedirectResponse(f"/console/conversations/{shown['id']}/review?saved={notice}#saved", 303)

    async def _page(
        self,
        request: Request,
        shown: Mapping[str, Any],
        form: Optional[Form] = None,
        status: int = 200,
        notice: str = "",
        search: Optional[str] = None,
    ) -> Response:
        values = await run_in_threadpool(review_values, self._room, user_of(request), shown, form)
        if search is not None:
            values["review"]["found"] = await run_in_threadpool(self._search, search)
        return self._room.render(request, "review.html", status, **values, notice=notice, styled=True)

    async def entries(self, request: Request) -> Response:
        """The part of the form that holds what a search found, for the script that puts it in place."""
        async with request.form(max_files=0, max_fields=FIELDS) as data:
            words, better, seal = (data.get(name) for name in ("better_words", "better", FIELD))
        if not self._room.seal.holds(request, seal):
            raise Unsealed
        found = await run_in_threadpool(self._search, words if isinstance(words, str) else "")
        entry = await run_in_threadpool(_entry, self._room, better if isinstance(better, str) else "")
        review = {"found": found, "better": entry}
        return self._room.render(request, "review_entries.html", review=review, review_words=self._room.texts.of(WORDS))

    def _search(self, text: str) -> list[dict[str, Any]]:
        archives = self._room.archives
        if archives is None or not text.strip():
            return []
        hits = [hit for hit in archives.search.search(text[:LONGEST_COMMENT], FOUND) if hit.score > 0]
        return [{"id": hit.entry_id, "title": hit.title, "score": hit.score} for hit in hits if not hit.cut_off]

    def _ids(self) -> dict[str, str]:
        """The findings by their label and by their id, in small letters."""
        findings = self._room.knowledge.findings.values()
        return {**{each.label.casefold(): each.id for each in findings}, **{each.id: each.id for each in findings}}


def _first_of(reviews: Reviews, shown: Mapping[str, Any]) -> dict[str, int]:
    return _first(shown["messages"], {row.client_id: row.id for row in reviews.said(shown["id"])})


def _first(messages: Sequence[Mapping[str, Any]], by_client: Mapping[str, int]) -> dict[str, int]:
    """The message after which each finding was first in the facts."""
    first: dict[str, int] = {}
    for message in messages:
        decision = message.get("decision")
        if decision and message.get("id") in by_client:
            for finding in (decision["facts"] or {}).get("facts") or {}:
                first.setdefault(finding, by_client[message["id"]])
    return first


def _transcript(
    messages: Sequence[Mapping[str, Any]],
    places: Sequence[Place],
    by_client: Mapping[str, int],
    names: frozenset[str],
) -> list[dict[str, Any]]:
    """What was said in order, redacted; the person's texts with their place."""
    by_id = {place.id: place for place in places}
    turns = []
    for message in messages:
        person = message["from"] == "person"
        place = by_id.get(by_client.get(message["id"], -1)) if person else None
        pressed = [redacted(str(value), names).text for value in message.get("choices") or []] if person else []
        text = "" if person else redacted(message.get("text") or "", names).text
        turns.append({"from": message["from"], "at": message["at"], "place": place, "pressed": pressed, "text": text})
    return turns


def _answer(room: Room, messages: Sequence[Mapping[str, Any]]) -> Optional[dict[str, Any]]:
    """The archived entry that was shown last, if any was."""
    shown = [(message.get("advice") or {}).get("answer") for message in messages if message["from"] == "bot"]
    entries = [answer for answer in shown if isinstance(answer, dict) and answer.get("shown") and answer.get("entry")]
    return _entry(room, str(entries[-1]["entry"])) if entries else None


def _entry(room: Room, number: str) -> Optional[dict[str, Any]]:
    entry_id = whole_number(number)
    if entry_id is None:
        return None
    row = Shelf(room.engine).rows([entry_id]).get(entry_id)
    return {"id": row.id, "title": row.title} if row is not None else None


def _reader(room: Room, review: Review, places: Sequence[Place], labels: Mapping[str, str]) -> dict[str, Any]:
    """One reader's verdict as a column of the table that shows them side by side."""
    by_id = {place.id: place for place in places}
    marks = []
    for mark in review.verdict.marks:
        place = by_id.get(mark.message_id)
        words = ""
        if place is not None and mark.start is not None and mark.end is not None:
            start, end = place.placed.after(mark.start, mark.end)
            words = place.placed.text[start:end]
        marks.append({"label": labels.get(mark.finding, mark.finding), "verdict": mark.verdict, "words": words})
    verdict = review.verdict
    better = _entry(room, str(verdict.better_entry_id or ""))
    return {"review": review, "verdict": verdict, "marks": marks, "better": better}
