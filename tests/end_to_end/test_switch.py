"""One stack on one listener: a start, an end, and the requests between."""

from __future__ import annotations

import json

from tests.harness.site import Site

APPLICATION = [("2", "/a*"), ("3", "/b*"), ("4", "/c*"), ("49999", "/*")]
AT_REST = [("1", "placeholder.invalid"), *APPLICATION, ("50000", "/*"), ("default", "(any)")]
IN_MAINTENANCE = [("1", "/*"), *APPLICATION, ("50000", "placeholder.invalid"), ("default", "(any)")]


def order(site: Site) -> list[tuple[str, str]]:
    return [(rule.priority, rule.condition) for rule in site.listener.rules()]


def test_a_start_and_an_end_swap_two_rules(site: Site) -> None:
    before = site.listener.rules()
    assert order(site) == AT_REST

    started = site.stack.start()
    assert order(site) == IN_MAINTENANCE
    assert "maintenance-mode:since" in site.listener.tags(site.stack.rule_arn)
    ended = site.stack.end()

    assert site.listener.rules() == before
    assert [(answer["type"], answer["outcome"]) for answer in (started, ended)] == [
        ("start", "changed"),
        ("end", "changed"),
    ]
    (listener,) = started["listeners"]
    assert (listener["state"], listener["ruleArn"]) == ("active", site.stack.rule_arn)
    assert {(move["from"], move["to"]) for move in listener["moves"]} == {(50000, 1), (1, 50000)}


def test_an_unusable_event_is_refused(site_in_maintenance: Site) -> None:
    before = site_in_maintenance.state()

    assert "dryRun" in site_in_maintenance.stack.invoke({"type": "end", "dryRun": "yes"}).error
    assert site_in_maintenance.state() == before


def test_visitors_reach_the_application_at_rest(site: Site) -> None:
    answers = {path: site.listener.request(path) for path in ("/a", "/b", "/c", "/.env")}

    assert {path: (answer.status, answer.body) for path, answer in answers.items()} == {
        "/a": (200, "front-end serves /a"),
        "/b": (200, "bff serves /b"),
        "/c": (200, "api serves /c"),
        "/.env": (404, ""),
    }


def test_visitors_reach_the_responder_in_maintenance(site_in_maintenance: Site) -> None:
    site = site_in_maintenance
    seen = len(site.stack.responder_log())

    redirected = site.listener.request("/a/cart?session=s3cret")
    posted = site.listener.request("/b/orders", method="POST", headers={"Cookie": "session=s3cret"})

    assert (redirected.status, redirected.headers["location"].partition("?")[0]) == (303, "/a/maintenance")
    assert (posted.status, posted.json()) == (503, {"message": "Service Unavailable"})
    assert posted.headers["retry-after"] == "300"
    lines = site.stack.await_responder_log(seen + 2)[seen:]
    assert [(line["method"], line["path"], line["outcome"]) for line in lines] == [
        ("GET", "/a/cart", "redirect"),
        ("POST", "/b/orders", "unavailable"),
    ]
    assert "s3cret" not in json.dumps(lines)
