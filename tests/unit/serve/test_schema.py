"""The API's description at /openapi.json, and requests made from it: no failure, nothing that is not described.

The checks are schemathesis's own; its plugin for pytest is off, so its strategies are driven by Hypothesis.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks
from starlette.testclient import TestClient

STRANGER = ("203.0.113.9", 50000)
DESCRIBED = {
    "POST /v1/chat/completions": {"200", "400", "401", "413", "429", "500", "503"},
    "GET /v1/models": {"200", "401", "429", "500", "503"},
    "GET /v1/models/{name}": {"200", "401", "404", "429", "500", "503"},
    "POST /api/feedback": {"200", "400", "401", "413", "429", "500", "503"},
    "POST /api/draft": {"200", "400", "401", "403", "413", "429", "500", "503"},
    "GET /livez": {"200"},
    "GET /healthz": {"200", "503"},
    "GET /readyz": {"200", "503"},
    "GET /metrics": {"200", "401", "403", "429", "500"},
}
PROBES = ("/livez", "/healthz", "/readyz")
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
EXAMPLES = 40


@pytest.fixture
def document(staff: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = staff.get("/openapi.json").json()
    return found


def test_every_route_of_the_api_is_described(document: dict[str, Any]) -> None:
    told = {
        f"{method.upper()} {path}": set(operation["responses"])
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    assert told == DESCRIBED
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert ("requestBody" in operation) == (method == "post") and operation["description"]
            assert ("security" in operation) == (path not in PROBES)
            for status, reply in operation["responses"].items():
                (schema,) = {str(kind["schema"]) for name, kind in reply["content"].items() if "event" not in name}
                assert schema not in ("{}", ""), f"{method} {path} {status}"
                assert ("Error" in schema) == (status >= "4" and path not in PROBES)


def refs(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*map(refs, value.values()))
    return set().union(*map(refs, value)) if isinstance(value, list) else set()


def test_every_reference_leads_somewhere_and_nothing_is_described_in_vain(document: dict[str, Any]) -> None:
    assert refs(document) == {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("route", "mode"),
    [
        pytest.param(route, mode, id=f"{route} {mode.value}")
        for route in DESCRIBED
        for mode in GenerationMode
        if mode is GenerationMode.POSITIVE or "POST" in route or "{" in route  # the others take nothing to be wrong
    ],
)
def test_what_is_sent_gets_what_is_described(
    make_app: Callable[..., FastAPI], document: dict[str, Any], desk: Any, core: Any, route: str, mode: GenerationMode
) -> None:
    method, path = route.split()
    key, _ = desk.clients.add("tester", "agent")
    operation = schemathesis.openapi.from_dict(document)[path][method]
    client = TestClient(make_app(), base_url="http://127.0.0.1:7860", client=STRANGER, raise_server_exceptions=False)
    # That the last question is not blank cannot be described: such a chat is allowed there, and a 400.
    asked = CHECKS if path.endswith("completions") else [*CHECKS, checks.positive_data_acceptance]
    seen: set[int] = set()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(mode))
    def sends(case: Any) -> None:
        case.headers = {**(case.headers or {}), "authorization": f"Bearer {key}"}
        sent = case.as_transport_kwargs(base_url="http://127.0.0.1:7860")
        content = {"json": sent["json"]} if "json" in sent else {"content": sent.get("data")}
        reply = client.request(sent["method"], sent["url"], headers=sent["headers"], params=sent["params"], **content)
        seen.add(reply.status_code)
        case.validate_response(reply, checks=asked)

    sends()
    assert seen and not seen & {401, 403, 405, 429}
    if mode is GenerationMode.POSITIVE and path in ("/api/draft", "/v1/models", "/metrics", *PROBES):
        assert seen == {200}, "what the description allows is taken"


def test_the_pieces_of_a_stream_are_as_described(client: TestClient, document: dict[str, Any]) -> None:
    described = jsonschema_rs.validator_for({**document, "$ref": "#/components/schemas/Chunk"})
    for text in ("证书", "解冻"):
        asked = {"messages": [{"role": "user", "content": text}], "stream": True}
        for usage in (True, False):
            reply = client.post("/v1/chat/completions", json={**asked, "stream_options": {"include_usage": usage}})
            *events, done = [line.removeprefix("data: ") for line in reply.text.split("\n\n") if line]
            assert done == "[DONE]" and len(events) > 2
            for event in events:
                described.validate(json.loads(event))


@pytest.mark.parametrize(
    ("path", "allowed"), [("/v1/chat/completions", "POST"), ("/v1/models", "GET"), ("/desk", "GET")]
)
def test_another_method_is_told_which_are_taken(client: TestClient, path: str, allowed: str) -> None:
    reply = client.request("PUT", path)
    assert reply.status_code == 405 and reply.headers["allow"] == allowed
    assert reply.json()["error"]["type"] == "invalid_request_error"
