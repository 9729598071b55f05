"""The switch on a real listener: displaced rules, repetition, dry run, status, bad events."""

from __future__ import annotations

from tests.harness.paths import EVENTS
from tests.harness.site import Site


def test_rules_at_1_to_3_make_room_and_come_back_exactly(site: Site) -> None:
    before = site.listener.rules()

    started = site.stack.invoke(EVENTS / "start.json").answer
    during = site.listener.rules()
    ended = site.stack.invoke(EVENTS / "end.json").answer

    assert [(rule.priority, rule.path) for rule in before] == [
        ("1", "/a*"),
        ("2", "/b*"),
        ("3", "/c*"),
        ("49999", "/*"),
        ("50000", "/*"),
        ("default", "(any)"),
    ]
    assert [(rule.priority, rule.path) for rule in during] == [
        ("1", "/*"),
        ("2", "/a*"),
        ("3", "/b*"),
        ("4", "/c*"),
        ("49999", "/*"),
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
    displaced = [rule.arn[-6:] for rule in site.listener.rules()[:3]]
    site.start()
    during = site.listener.tags(site.stack.rule_arn)
    site.end()
    after = site.listener.tags(site.stack.rule_arn)

    assert during["maintenance-mode:home-priority"] == "50000"
    assert during["maintenance-mode:displaced"] == f"3: {' '.join(displaced)}"
    assert "maintenance-mode:since" in during
    assert set(after) == {"maintenance-mode:ended-at"}


def test_a_second_start_and_a_second_end_change_nothing(site: Site) -> None:
    for event in (EVENTS / "start.json", EVENTS / "end.json"):
        site.stack.invoke(event)
        once = site.state()

        answer = site.stack.invoke(event).answer

        assert answer["outcome"] == "unchanged"
        assert site.state() == once


def test_a_dry_run_shows_the_moves_and_makes_none(site: Site) -> None:
    at_rest = site.state()
    start = site.stack.invoke(EVENTS / "start-dry-run.json").answer
    assert site.state() == at_rest

    site.start()
    in_maintenance = site.state()
    end = site.stack.invoke(EVENTS / "end-dry-run.json").answer
    assert site.state() == in_maintenance

    for answer in (start, end):
        assert (answer["outcome"], answer["dryRun"]) == ("unchanged", True)
        assert len(answer["listeners"][0]["moves"]) == 4


def test_status_tells_the_state_and_changes_nothing(site: Site) -> None:
    at_rest = site.state()
    resting = site.stack.invoke(EVENTS / "status.json").answer
    assert site.state() == at_rest

    site.start()
    in_maintenance = site.state()
    active = site.stack.invoke(EVENTS / "status.json").answer

    assert site.state() == in_maintenance
    assert resting["listeners"][0]["state"] == "resting"
    assert active["listeners"][0]["state"] == "active"


def test_a_bad_event_leaves_everything_as_it_was_and_says_what_is_accepted(site_in_maintenance: Site) -> None:
    before = site_in_maintenance.state()

    error = site_in_maintenance.stack.invoke({"type": "end", "dryRun": "yes"}).error

    assert site_in_maintenance.state() == before
    for word in ("dryRun", "yes", "true"):
        assert word in error
