"""One server for all conversations of the tests; what it stored is read beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.dialogue.chat import Chat
from tests.dialogue.server import Server, new_home, serving


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`signpost serve`, ready, with a home and a database of its own."""
    with serving(new_home(tmp_path_factory.mktemp("dialogue") / "home")) as running:
        yield running


@pytest.fixture
def chat(server: Server) -> Chat:
    """A conversation that is not begun yet."""
    return Chat(server)


@pytest.fixture
def begin(server: Server) -> Callable[[], Chat]:
    """Begins another conversation."""
    return lambda: Chat(server).begin()
