"""What clients get during maintenance, and what the log keeps of them."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.end_to_end.conftest import Site
from tests.harness.paths import EVENTS
from tests.harness.wait import until

ALB_EVENTS = sorted(EVENTS.glob("alb-*.json"))


@pytest.mark.parametrize("path", ["/a", "/a/", "/a/x", "/a/x?next=/b"])
def test_browsers_are_redirected_to_the_page(site_in_maintenance: Site, path: str) -> None:
    answer = site_in_maintenance.listener.request(path)

    assert answer.status == 303
    # What follows the question mark leads the visitor back afterwards.
    assert answer.headers["location"].partition("?")[0] == "/a/maintenance"
    # On a redirect, RFC 9110 would have the browser wait that long before it follows.
    assert "retry-after" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/apple", "/b", "/b/a", "/c", "/c/x?y=1", "/"])
def test_clients_get_a_503_with_json(site_in_maintenance: Site, path: str) -> None:
    answer = site_in_maintenance.listener.request(path)

    assert answer.status == 503
    assert answer.json() == {"message": "Service Unavailable"}
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["retry-after"] == "300"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_writes_are_refused_too(site_in_maintenance: Site, method: str) -> None:
    assert site_in_maintenance.listener.request("/b/orders", method=method).status == 503


def test_outside_maintenance_the_system_answers(site: Site) -> None:
    answered = {path: site.listener.request(path) for path in ("/a", "/b", "/c", "/nowhere")}

    assert {path: answer.body for path, answer in answered.items() if answer.status == 200} == {
        "/a": "front-end serves /a",
        "/b": "bff serves /b",
        "/c": "api serves /c",
    }


def test_each_request_is_one_log_line_without_its_query_string(site_in_maintenance: Site) -> None:
    seen = len(site_in_maintenance.stack.responder_log())

    site_in_maintenance.listener.request("/a/cart?session=s3cret")
    site_in_maintenance.listener.request("/b/orders", method="POST", headers={"Cookie": "session=s3cret"})
    site_in_maintenance.listener.request("/c?token=s3cret", headers={"Authorization": "Bearer s3cret"})

    lines = until("three log lines", _more_lines_than(site_in_maintenance, seen + 2), within=10)[seen:]
    assert [(line["method"], line["path"], line["outcome"]) for line in lines] == [
        ("GET", "/a/cart", "redirect"),
        ("POST", "/b/orders", "unavailable"),
        ("GET", "/c", "unavailable"),
    ]
    assert "s3cret" not in json.dumps(lines)


@pytest.mark.parametrize("event", ALB_EVENTS, ids=[event.stem for event in ALB_EVENTS])
def test_every_sample_event_gets_a_valid_answer(site: Site, event: object) -> None:
    answer = site.stack.invoke(event, function=site.stack.responder).answer

    # The load balancer turns anything else into a 502.
    assert isinstance(answer["statusCode"], int)
    assert answer["statusDescription"].startswith(f"{answer['statusCode']} ")
    assert isinstance(answer["body"], str)
    assert isinstance(answer["isBase64Encoded"], bool)
    for value in (answer.get("headers") or {}).values():
        assert isinstance(value, str)
    for values in (answer.get("multiValueHeaders") or {}).values():
        assert all(isinstance(value, str) for value in values)


def _more_lines_than(site: Site, count: int) -> Callable[[], list[dict[str, str]]]:
    def probe() -> list[dict[str, str]]:
        lines = site.stack.responder_log()
        return lines if len(lines) > count else []

    return probe
