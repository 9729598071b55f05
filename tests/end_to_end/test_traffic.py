"""What clients get during maintenance, and what the log keeps of them."""

from __future__ import annotations

import json

import pytest

from tests.harness.site import Site


def test_browsers_are_redirected_to_the_page(site_in_maintenance: Site) -> None:
    answer = site_in_maintenance.listener.request("/a/x?next=/b")

    assert answer.status == 303
    # What follows the question mark leads the visitor back afterwards.
    assert answer.headers["location"].partition("?")[0] == "/a/maintenance"
    # On a redirect, RFC 9110 would have the browser wait that long before it follows.
    assert "retry-after" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("method", "path"), [("GET", "/apple"), ("POST", "/c/x?y=1"), ("DELETE", "/b"), ("GET", "/")])
def test_clients_get_a_503_with_json(site_in_maintenance: Site, method: str, path: str) -> None:
    answer = site_in_maintenance.listener.request(path, method=method)

    assert answer.status == 503
    assert answer.json() == {"message": "Service Unavailable"}
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["retry-after"] == "300"
    assert answer.headers["cache-control"] == "no-store"


def test_outside_maintenance_the_system_answers(site: Site) -> None:
    answered = {path: site.listener.request(path) for path in ("/a", "/b", "/c", "/.env")}

    assert {path: (answer.status, answer.body) for path, answer in answered.items()} == {
        "/a": (200, "front-end serves /a"),
        "/b": (200, "bff serves /b"),
        "/c": (200, "api serves /c"),
        "/.env": (404, ""),
    }


def test_each_request_is_one_log_line_without_its_query_string(site_in_maintenance: Site) -> None:
    seen = len(site_in_maintenance.stack.responder_log())

    site_in_maintenance.listener.request("/a/cart?session=s3cret")
    site_in_maintenance.listener.request("/b/orders", method="POST", headers={"Cookie": "session=s3cret"})
    site_in_maintenance.listener.request("/c?token=s3cret", headers={"Authorization": "Bearer s3cret"})

    lines = site_in_maintenance.stack.await_responder_log(seen + 3)[seen:]
    assert [(line["method"], line["path"], line["outcome"]) for line in lines] == [
        ("GET", "/a/cart", "redirect"),
        ("POST", "/b/orders", "unavailable"),
        ("GET", "/c", "unavailable"),
    ]
    assert "s3cret" not in json.dumps(lines)
