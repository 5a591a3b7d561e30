"""The command `signpost`: each sub-command reads its input, calls the room that does the work, and prints.

Everything but Typer is imported inside the command that needs it: `signpost assess` must answer in about the time
that spaCy takes to import, and `signpost --help` at once.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from bot.channels.command_line import channels
from bot.console.command_line import audit, console, review, users
from bot.lines import CommandError, answer_lines, one_line

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from bot.knowledge import Knowledge
    from bot.nlu.reader import Reader
    from bot.settings import Settings

app = typer.Typer(
    name="signpost",
    help="A symptom triage chatbot: rules decide, doctors' archived answers illustrate.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
archive = typer.Typer(help="Doctors' answered questions: bring them in, search them.", no_args_is_help=True)
knowledge = typer.Typer(help="The rules, findings and texts that decide.", no_args_is_help=True)
app.add_typer(archive, name="archive")
app.add_typer(channels, name="channels")
app.add_typer(console, name="console")
app.add_typer(knowledge, name="knowledge")
app.add_typer(users, name="users")
app.add_typer(audit, name="audit")
evaluate = typer.Typer(help="Scorecards: how good the program is, on cases of its own.", no_args_is_help=True)
app.add_typer(evaluate, name="evaluate")
app.add_typer(review, name="review")

Database = Annotated[
    Optional[str],
    typer.Option("--database", metavar="URL", help="Instead of SIGNPOST_DATABASE_URL.", show_default=False),
]
On = Annotated[
    Optional[str],
    typer.Option("--on", metavar="DATE", help="The day whose rules count, such as 2026-11-23.", show_default="today"),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]


def main() -> None:
    """Runs the command line. Whatever goes wrong is one line on standard error and an exit status, never a trace."""
    try:
        app()
    except BrokenPipeError:
        # Whoever read our output has gone (`signpost assess | head`): nothing is left to say, nor anybody to say it to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # the outermost layer: every failure becomes one line that a person can act on
        print(f"signpost: {one_line(error)}", file=sys.stderr)
        sys.exit(1)


def _settings(database: str | None = None) -> Settings:
    from bot.settings import Settings

    return Settings.read({**os.environ, **({"SIGNPOST_DATABASE_URL": database} if database else {})})


def _database(database: str | None, create: bool = True) -> Engine:
    """The database in use, its schema up to date. Without `create`, one that is not there yet is an error."""
    from bot.records.database import opened

    return opened(_settings(database).database_url, create)


@app.command()
def serve(
    host: Annotated[Optional[str], typer.Option(help="Address to listen on, instead of SIGNPOST_HOST.")] = None,
    port: Annotated[Optional[int], typer.Option(min=0, max=65535, help="Instead of SIGNPOST_PORT.")] = None,
    public: Annotated[bool, typer.Option("--public", help="For patients: refuse unsigned rules.")] = False,
) -> None:
    """Serve the chat, its API and the clinicians' pages."""
    settings = _settings()
    settings = replace(
        settings,
        host=host or settings.host,
        port=settings.port if port is None else port,
        public=public or settings.public,
    ).with_secrets()
    from bot.web.serve import serve as run

    run(settings)


@app.command()
def assess(
    as_json: Json = False,
    answers: Annotated[bool, typer.Option("--answers", help="Add the archive's closest answers.")] = False,
    database: Database = None,
) -> None:
    """Assess messages from standard input, one a line: text, or JSON with id, text, age, sex and as_of."""
    settings = _settings(database)
    engine = _database(database, create=False) if answers else None
    from bot.interview.assess import assess as assess_one
    from bot.knowledge import load
    from bot.nlu.reader import Reader

    loaded = load(settings.knowledge_path)
    reader = Reader(loaded)
    closest = _closest(engine, loaded, reader) if engine is not None else None

    def one(item: dict[str, Any]) -> dict[str, Any]:
        result: dict[str, Any] = assess_one(reader, loaded, item)
        if closest is not None:
            result["answers"] = closest(item, result)
        return result

    raise typer.Exit(answer_lines(one, None if as_json else _assessment))


def _closest(
    engine: Engine, loaded: Knowledge, reader: Reader
) -> Callable[[dict[str, Any], dict[str, Any]], list[dict[str, Any]]]:
    """How to find the archived answers that go with an item and its result, gated by the result's level."""
    from bot.archive import meaning
    from bot.archive.search import Archive

    stored = Archive(engine, loaded, reader, meaning.load())

    def closest(item: dict[str, Any], result: dict[str, Any]) -> list[dict[str, Any]]:
        present = {
            found["id"]
            for found in result["findings"]
            if found["status"] == "present" and found["experiencer"] == "patient"
        }
        return [one.to_json() for one in stored.answers(item["text"], present, result["level"])]

    return closest


def _assessment(result: dict[str, Any]) -> str:
    """An assessment as a few lines to read."""
    lines = [f"{result['level']} (could become {result['could_become']})"]
    lines += [f"  rule {rule['id']} v{rule['version']}: {', '.join(rule['sources'])}" for rule in result["rules"]]
    lines += [f"  {found['status']}: {found['id']} {found['text']!r}" for found in result["findings"]]
    lines += [f"  not understood: {part['text']!r}" for part in result["not_understood"]]
    if result["next_question"]:
        lines.append(f"  next: {result['next_question']['text']}")
    for one in result.get("answers", ()):
        lines.append(f"  archive {one['id']}: {one['title']}" + ("" if one["shown"] else " (withheld)"))
    return "\n".join(lines)


@app.command()
def parse(
    text: Annotated[str, typer.Argument(help="A message, in quotation marks; - reads standard input.")],
    as_of: Annotated[
        Optional[str], typer.Option("--as-of", metavar="DATE", help='What "yesterday" refers to.', show_default="today")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The reading as one JSON object.")] = False,
) -> None:
    """Show what is understood of a message: findings and times marked in it, and which words made them."""
    path = _settings().knowledge_path
    day = _day(as_of, "--as-of")
    from bot.interview.commands import parse_command

    parse_command(sys.stdin.read() if text == "-" else text, path, day, as_json=as_json)


@archive.command("import")
def archive_import(
    paths: Annotated[list[Path], typer.Argument(help="Pages (.txt), JSON lines or CSV; folders are read through.")],
    maps: Annotated[
        Optional[list[str]],
        typer.Option("--map", metavar="FIELD=COLUMN", help="Where CSV and JSON lines have a field: title=Subject."),
    ] = None,
    later: Annotated[bool, typer.Option("--later", help="Leave reading what they mean to `archive embed`.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The account as one JSON object.")] = False,
    database: Database = None,
) -> None:
    """Bring in answered questions; what was there already is not doubled, what cannot be read is named."""
    url = _settings(database).database_url
    from bot.archive.commands import import_command

    raise typer.Exit(import_command(paths, url, maps=maps or (), as_json=as_json, later=later))


@archive.command("embed")
def archive_embed(database: Database = None) -> None:
    """Read the entries that wait for it, for what they mean. Can be broken off, and goes on where it was."""
    url = _settings(database).database_url
    from bot.archive.commands import embed_command

    raise typer.Exit(embed_command(url))


@archive.command("search")
def archive_search(as_json: Json = False, database: Database = None) -> None:
    """Search for the questions on standard input, one a line: text, or JSON with id and text. The best ten of each."""
    settings = _settings(database)
    engine = _database(database)
    from bot.archive import meaning
    from bot.archive.search import Archive
    from bot.knowledge import load
    from bot.nlu.reader import Reader

    loaded = load(settings.knowledge_path)
    stored = Archive(engine, loaded, Reader(loaded), meaning.load())

    def one(item: dict[str, Any]) -> dict[str, Any]:
        if "id" not in item or not isinstance(item.get("text"), str):
            raise CommandError(f'read fields {", ".join(item) or "none"}; expected an "id" and a text in "text"')
        hits = stored.search(item["text"], limit=10)
        return {"id": item.get("id"), "results": [hit.to_json() for hit in hits]}

    raise typer.Exit(answer_lines(one, None if as_json else _hits))


def _hits(result: dict[str, Any]) -> str:
    """The entries found, one a line to read."""
    found = [f"{hit['score']:.3f}  {hit['entry']}  {hit['title']}" for hit in result["results"]]
    return "\n".join(found) or "nothing found; `signpost archive import` brings questions in"


@knowledge.command("check")
def knowledge_check(
    path: Annotated[Optional[Path], typer.Argument(help="A folder, instead of SIGNPOST_KNOWLEDGE_PATH.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The problems as one JSON list.")] = False,
) -> None:
    """Check every rule, its cases, sources and words; name the place of each fault. A warning is no failure."""
    path = path or _settings().knowledge_path
    if not path.is_dir():
        raise CommandError(f"no such folder: {path}")
    from bot.interview.commands import check_command

    raise typer.Exit(check_command(path, as_json=as_json))


@knowledge.command("graph")
def knowledge_graph(
    topic: Annotated[str, typer.Argument(help="A topic, by its id.")],
    output: Annotated[Optional[Path], typer.Option(help="A file to write, instead of standard output.")] = None,
    form: Annotated[Optional[str], typer.Option("--format", metavar="svg|dot", help="svg needs Graphviz.")] = None,
) -> None:
    """Draw a topic's complaints, questions, findings, rules and levels, as a picture (SVG) or as Graphviz's text."""
    form = form or ("dot" if output is not None and output.suffix in (".dot", ".gv") else "svg")
    if form not in ("svg", "dot"):
        raise CommandError(f'--format is "{form}". Valid here: svg, dot')
    from bot.knowledge import load
    from bot.knowledge.drawing import svg
    from bot.knowledge.graph import TopicError, topic_dot

    try:
        text = topic_dot(load(_settings().knowledge_path), topic, date.today())
    except TopicError as error:
        raise CommandError(str(error)) from None
    text = svg(text) if form == "svg" else text
    if output is None:
        print(text, end="")
    else:
        output.write_text(text, encoding="utf-8")


@app.command()
def explain(
    facts: Annotated[str, typer.Option(metavar="FILE", help="Facts in YAML or JSON; - reads standard input.")],
    on: On = None,
    as_json: Annotated[bool, typer.Option("--json", help="The explanation as one JSON object.")] = False,
) -> None:
    """Show what the rules make of made-up facts: which fire, nearly fire, are overruled, and why."""
    day = _day(on)
    text = sys.stdin.read() if facts == "-" else Path(facts).read_text(encoding="utf-8")
    from bot.knowledge import load
    from bot.triage.explain import explain as explained
    from bot.triage.facts import case_of, facts_in
    from bot.triage.trees import lines

    loaded = load(_settings().knowledge_path)
    try:
        case = case_of(facts_in(text), loaded)
    except ValueError as error:
        raise CommandError(f"{'standard input' if facts == '-' else facts}: {error}") from None
    explanation = explained(case, loaded, day)
    if as_json:
        print(json.dumps(explanation.to_json(), ensure_ascii=False, indent=1))
    else:
        print("\n".join(lines(explanation)))


@app.command()
def replay(
    ids: Annotated[Optional[list[int]], typer.Argument(metavar="[ID]...", help="Decisions; all without one.")] = None,
    against_current: Annotated[
        bool, typer.Option("--against-current", help="List what today's rules would decide otherwise.")
    ] = False,
    on: On = None,
    as_json: Annotated[bool, typer.Option("--json", help="With --against-current: one JSON object.")] = False,
    database: Database = None,
) -> None:
    """Make stored decisions again: byte for byte as they were, or by today's rules to see which those would change."""
    if not against_current and (on or as_json):
        raise CommandError("--on and --json go with --against-current")
    day = _day(on)
    engine = _database(database, create=False)
    from bot.records.commands import compare_command, replay_command

    if not against_current:
        raise typer.Exit(replay_command(engine, ids or None))
    from bot.knowledge import load

    raise typer.Exit(compare_command(engine, load(_settings().knowledge_path), day, ids or None, as_json=as_json))


def _day(text: str | None, option: str = "--on") -> date:
    """The day that was given, today without one. Raises CommandError."""
    try:
        return date.fromisoformat(text) if text else date.today()
    except ValueError:
        raise CommandError(f'{option} is "{text}". Write a day such as 2026-11-23') from None


@evaluate.command("triage")
def evaluate_triage(
    data: Annotated[Optional[Path], typer.Option("--data", metavar="DIR", help="Vignettes of your own.")] = None,
    as_json: Annotated[Optional[Path], typer.Option("--json", metavar="FILE", help="The numbers as JSON.")] = None,
    html: Annotated[Optional[Path], typer.Option("--html", metavar="FILE", help="The whole card as one page.")] = None,
    bars: Annotated[bool, typer.Option("--bars", help="Status 1 where a bar is broken.")] = False,
) -> None:
    """Measure triage on vignettes: as facts, as messages, and as interviews with simulated patients."""
    path = _settings().knowledge_path
    from bot.evaluation.command import triage_command

    raise typer.Exit(triage_command(path, data, as_json, html, bars))


@evaluate.command("nlu")
def evaluate_nlu(
    data: Annotated[Optional[Path], typer.Option("--data", metavar="DIR", help="Sets of others besides.")] = None,
    as_json: Annotated[Optional[Path], typer.Option("--json", metavar="FILE", help="The figures as JSON.")] = None,
    html: Annotated[Optional[Path], typer.Option("--html", metavar="FILE", help="The whole card as one page.")] = None,
    bars: Annotated[bool, typer.Option("--bars", help="Status 1 where a bar is broken.")] = False,
    peers: Annotated[bool, typer.Option("--peers", help="Beside other libraries (make peers).")] = False,
) -> None:
    """Measure what is understood of messages: findings, times, persons; on labelled messages, and on sets of others."""
    path = _settings().knowledge_path
    from bot.evaluation.understanding.command import nlu_command

    raise typer.Exit(nlu_command(path, data, as_json, html, bars, peers))


@evaluate.command("archive")
def evaluate_archive(
    data: Annotated[Path, typer.Option("--data", metavar="DIR", help="Sets of questions and entries.")],
    pages: Annotated[Optional[Path], typer.Option("--pages", metavar="PATH", help="Pages with similar ones.")] = None,
    as_json: Annotated[Optional[Path], typer.Option("--json", metavar="FILE", help="The figures as JSON.")] = None,
    html: Annotated[Optional[Path], typer.Option("--html", metavar="FILE", help="The whole card as one page.")] = None,
    bars: Annotated[bool, typer.Option("--bars", help="Status 1 where a bar is broken.")] = False,
    by_words: Annotated[bool, typer.Option("--by-words", help="Without the model.")] = False,
) -> None:
    """Measure the archive's search: recall, false answers, and whether entries find themselves."""
    path = _settings().knowledge_path
    from bot.evaluation.retrieval.command import archive_command

    raise typer.Exit(archive_command(path, data, pages, as_json, html, bars, by_words))


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
)
def rasa(context: typer.Context) -> None:
    """Rasa's own command line on this tree (train, shell, test, data validate, run ...), its arguments unchanged."""
    from bot.dialogue.rasa_command import run

    raise typer.Exit(run(context.args) or 0)
