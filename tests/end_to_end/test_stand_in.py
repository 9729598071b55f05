"""A deployment changes nothing for visitors: the default action works at rest, and after the stack is deleted."""

from __future__ import annotations

import pytest

from tests.harness.aws import Aws
from tests.harness.load_balancer import Listener, LoadBalancer
from tests.harness.paths import EVENTS
from tests.harness.site import Site
from tests.harness.stack import Stack, delete, deploy_like

APPLICATION = {2: ("/a*", "front-end"), 3: ("/b*", "bff")}
# No rule above the stand-in matches these; a redirect has to keep the query.
AT_REST = ["/c", "/c.env", "/c/elsewhere?from=mail&n=1"]
IN_WINDOW = "/in-the-window"

# Two listeners each: their rules, their default action, the parameter for it, and the status at rest.
PAIRS = {
    # HTTPS, and port 80 that redirects there.
    "usual": [(APPLICATION, "front-end", "front-end", 200), ({}, "https", "https", 301)],
    "other": [(APPLICATION, None, "404", 404), ({**APPLICATION, 40000: ("/*", "front-end")}, None, "own", 200)],
}


@pytest.mark.parametrize("name", PAIRS)
def test_the_default_action_works_at_rest(aws: Aws, servers: dict[str, int], deployed_site: Site, name: str) -> None:
    balancer = LoadBalancer(aws, name, servers)
    ports = zip((443, 80), PAIRS[name], strict=True)
    pair = [balancer.listener(port=port, rules=rules, default=default) for port, (rules, default, _, _) in ports]
    untouched, before = [listener.rules() for listener in pair], [answers(listener) for listener in pair]
    assert [found[0][0] for found in before] == [status for *_, status in PAIRS[name]]

    first, second = (
        balancer.target_group(action) if action == "front-end" else action for *_, action, _ in PAIRS[name]
    )
    given = {"ListenerArn": pair[0].arn, "DefaultAction": first}
    given |= {"SecondListenerArn": pair[1].arn, "SecondDefaultAction": second}
    stack = deploy_like(aws, deployed_site.stack, name, given)
    assert [answers(listener) for listener in pair] == before
    # A rule of the operator's may do something else than the default action; the template's may not.
    assert warnings(stack) <= ({"stand-in-differs"} if "own" in given.values() else set())

    stack.start()
    assert [listener.request(IN_WINDOW).status for listener in pair] == [503, 503]
    stack.end()
    assert [answers(listener) for listener in pair] == before
    assert [line["path"] for line in stack.await_responder_log(2)] == [IN_WINDOW, IN_WINDOW]

    # No maintenance rule is ever without its stand-in.
    made = rules_in_order(aws, stack.id, "CREATE_COMPLETE")
    delete(aws, stack)
    removed = rules_in_order(aws, stack.id, "DELETE_COMPLETE")
    for rule, stand_in in (("MaintenanceRule", "StandInRule"), ("SecondMaintenanceRule", "SecondStandInRule")):
        if stand_in in made:
            assert made.index(stand_in) < made.index(rule)
            assert removed.index(rule) < removed.index(stand_in)
    assert [listener.rules() for listener in pair] == untouched
    assert [answers(listener) for listener in pair] == before


def answers(listener: Listener) -> list[tuple[int, str | None, str]]:
    """Return what visitors see."""
    found = [listener.request(path) for path in AT_REST]
    return [(answer.status, answer.headers.get("location"), answer.body) for answer in found]


def rules_in_order(aws: Aws, stack_id: str, status: str) -> list[str]:
    """Return the stack's listener rules in the order in which they came to that status."""
    events = aws.client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=stack_id)
    return [
        event["LogicalResourceId"]
        for event in reversed([event for page in events for event in page["StackEvents"]])
        if event["ResourceStatus"] == status and event["ResourceType"].endswith("ListenerRule")
    ]


def warnings(stack: Stack) -> set[str]:
    """Return the codes of the warnings at rest."""
    status = stack.invoke(EVENTS / "status.json").answer
    return {warning["code"] for listener in status["listeners"] for warning in listener["warnings"]}
