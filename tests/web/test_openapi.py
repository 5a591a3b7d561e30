"""The description of the API is true: schemathesis makes requests from it, and checks every answer against it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from starlette.testclient import TestClient

from bot.web.limits import Rate
from tests.web.conftest import begin


@pytest.fixture
def api(make_client: Callable[..., TestClient]) -> Any:
    plenty = Rate(burst=1e9, per_second=1e9)
    client = make_client(by_conversation=plenty, by_address=plenty)
    return schemathesis.openapi.from_asgi("/openapi.json", client.app), client


def test_the_document_is_openapi(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    names = [operation["operationId"] for path in described["paths"].values() for operation in _operations(path)]
    assert len(names) == len(set(names)) == 14


def test_every_route_of_the_api_is_described(client: TestClient) -> None:
    described = set(client.get("/openapi.json").json()["paths"])
    pages = {"/", "/demo", "/embed", "/widget.js", "/openapi.json", "/static", "/console"}
    served = {route.path for route in client.app.routes}  # type: ignore[attr-defined]
    assert {path for path in served - pages if not path.startswith("/console/")} == described


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/api/conversations", "POST"),
        ("/api/conversations", "DELETE"),
        ("/api/conversations/messages", "POST"),
        ("/api/conversations/messages", "GET"),
        ("/api/conversations/events", "GET"),
        ("/api/conversations/feedback", "POST"),
        ("/api/archive/search", "GET"),
        ("/api/archive/search", "POST"),
        ("/api/texts", "GET"),
        ("/reports/{key}", "GET"),
        ("/reports/{key}/fhir", "GET"),
        ("/livez", "GET"),
        ("/readyz", "GET"),
        ("/metrics", "GET"),
    ],
)
def test_the_answers_are_as_described(api: Any, path: str, method: str, mode: GenerationMode) -> None:
    schema, client = api
    operation = schema[path][method]
    if mode is GenerationMode.NEGATIVE and operation.definition.raw.get("requestBody") is None:
        # Nothing that could be wrong goes in but a report's key, and of those nearly every one is.
        return

    @settings(
        max_examples=40,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def hold(case: Any) -> None:
        if path.endswith("/events") and mode is GenerationMode.POSITIVE:
            # A stream that is open for an hour would be read for an hour.
            case.query = {"seconds": 0}
        case.call_and_validate(headers=begin(client))

    hold()


def test_a_described_secret_door_is_shut(api: Any) -> None:
    schema, _ = api
    for path, method in (("/api/conversations", "DELETE"), ("/api/conversations/messages", "GET")):
        assert schema[path][method].Case().call(headers={"Authorization": "Bearer x"}).status_code == 401


def _operations(path: dict[str, Any]) -> list[Any]:
    return [operation for name, operation in path.items() if name != "parameters"]
