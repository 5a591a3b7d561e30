"""What the scorecards write: pages of HTML that need nothing beside them, and files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(template: str, **values: Any) -> str:
    """A page from a template of the folder `templates`; every value is escaped. A value that is missing is an error."""
    return _TEMPLATES.get_template(template).render(values)


def write(path: Path, text: str) -> None:
    """Writes a file, and the folders above it where they are missing. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
