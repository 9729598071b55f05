"""The switch on a real listener: displaced rules, repetition, dry run, status, bad events."""

from __future__ import annotations

import pytest

from tests.end_to_end.conftest import Site
from tests.harness.paths import EVENTS


def test_rules_at_1_to_3_make_room_and_come_back_exactly(site: Site) -> None:
    before = site.listener.rules()

    started = site.stack.invoke(EVENTS / "start.json").answer
    during = site.listener.rules()
    ended = site.stack.invoke(EVENTS / "end.json").answer

    assert [(rule.priority, rule.path) for rule in before] == [
        ("1", "/a*"),
        ("2", "/b*"),
        ("3", "/c*"),
        ("50000", "/*"),
        ("default", "(any)"),
    ]
    assert [(rule.priority, rule.path) for rule in during] == [
        ("1", "/*"),
        ("2", "/a*"),
        ("3", "/b*"),
        ("4", "/c*"),
        ("default", "(any)"),
    ]
    assert site.listener.rules() == before
    assert (started["type"], started["outcome"]) == ("start", "changed")
    assert (ended["type"], ended["outcome"]) == ("end", "changed")


def test_the_answer_tells_what_the_listener_shows(site: Site) -> None:
    started = site.stack.invoke(EVENTS / "start.json").answer

    (listener,) = started["listeners"]
    assert listener["listenerArn"] == site.listener.arn
    assert listener["ruleArn"] == site.stack.rule_arn
    assert listener["state"] == "active"
    assert [(rule["priority"], rule["ruleArn"]) for rule in listener["rules"]] == [
        (rule.priority, rule.arn) for rule in site.listener.rules()
    ]
    assert {(move["from"], move["to"]) for move in listener["moves"]} == {(50000, 1), (1, 2), (2, 3), (3, 4)}


def test_the_record_stands_in_the_rules_tags(site: Site) -> None:
    site.stack.invoke(EVENTS / "start.json")
    during = site.listener.tags(site.stack.rule_arn)
    site.stack.invoke(EVENTS / "end.json")
    after = site.listener.tags(site.stack.rule_arn)

    assert during["maintenance-mode:home-priority"] == "50000"
    assert during["maintenance-mode:displaced"] == "3"
    assert "maintenance-mode:since" in during
    assert set(after) == {"maintenance-mode:ended-at"}


def test_a_second_start_changes_nothing(site_in_maintenance: Site) -> None:
    once = site_in_maintenance.state()

    answer = site_in_maintenance.stack.invoke(EVENTS / "start.json").answer

    assert answer["outcome"] == "unchanged"
    assert site_in_maintenance.state() == once


def test_a_second_end_changes_nothing(site_in_maintenance: Site) -> None:
    site_in_maintenance.stack.invoke(EVENTS / "end.json")
    once = site_in_maintenance.state()

    answer = site_in_maintenance.stack.invoke(EVENTS / "end.json").answer

    assert answer["outcome"] == "unchanged"
    assert site_in_maintenance.state() == once


def test_a_dry_run_of_a_start_shows_the_moves_and_makes_none(site: Site) -> None:
    before = site.state()

    answer = site.stack.invoke(EVENTS / "start-dry-run.json").answer

    assert site.state() == before
    assert (answer["outcome"], answer["dryRun"]) == ("unchanged", True)
    assert len(answer["listeners"][0]["moves"]) == 4


def test_a_dry_run_of_an_end_shows_the_moves_and_makes_none(site_in_maintenance: Site) -> None:
    before = site_in_maintenance.state()

    answer = site_in_maintenance.stack.invoke(EVENTS / "end-dry-run.json").answer

    assert site_in_maintenance.state() == before
    assert (answer["outcome"], answer["dryRun"]) == ("unchanged", True)
    assert len(answer["listeners"][0]["moves"]) == 4


def test_status_tells_the_state_and_changes_nothing(site: Site) -> None:
    at_rest = site.state()
    resting = site.stack.invoke(EVENTS / "status.json").answer
    assert site.state() == at_rest

    site.stack.invoke(EVENTS / "start.json")
    in_maintenance = site.state()
    active = site.stack.invoke(EVENTS / "status.json").answer

    assert site.state() == in_maintenance
    assert resting["listeners"][0]["state"] == "resting"
    assert active["listeners"][0]["state"] == "active"


def test_the_detail_of_an_eventbridge_event_is_an_event_too(site: Site) -> None:
    envelope = {"version": "0", "id": "1", "detail-type": "Deployment", "source": "ci", "detail": {"type": "start"}}

    answer = site.stack.invoke(envelope).answer

    assert (answer["type"], answer["outcome"]) == ("start", "changed")
    assert site.during_maintenance()


BAD_EVENTS = {
    "an unknown type": ({"type": "strat"}, ["type", "strat", "start", "end", "status"]),
    "no type": ({}, ["type", "start", "end", "status"]),
    "an unknown field": ({"type": "start", "dryrun": True}, ["dryrun", "dryRun"]),
    "a field of the wrong kind": ({"type": "end", "dryRun": "yes"}, ["dryRun", "yes", "true"]),
    "no object": (["start"], ["object"]),
}


@pytest.mark.parametrize(("event", "told"), BAD_EVENTS.values(), ids=BAD_EVENTS.keys())
@pytest.mark.parametrize("in_maintenance", [False, True], ids=["at rest", "in maintenance"])
def test_a_bad_event_leaves_everything_as_it_was_and_says_what_is_accepted(
    site: Site, event: object, told: list[str], in_maintenance: bool
) -> None:
    if in_maintenance:
        site.stack.invoke(EVENTS / "start.json")
    before = site.state()

    error = site.stack.invoke(event).error

    assert site.state() == before
    for word in told:
        assert word in error
