"""The schema's history, as Alembic runs it. `HEAD` is its newest version, so that a start need not import Alembic."""

HEAD = "0006"
