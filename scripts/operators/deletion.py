"""Deleting the stack, which nobody may do in a window: the rules that made room would stay where they are."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import boto3

from .failures import Failure
from .invocation import Switcher, client

# In seconds; it is a minute or two.
LONGEST_WAIT = 1800.0


def refuse_unless_settled(ask: Callable[[], dict[str, Any]], switcher: Switcher) -> None:
    """Raise a failure unless the answer to `status` shows every listener at rest, with nothing left to take back."""
    place = f"--stack-name {switcher.stack} --region {switcher.region}"
    if switcher.protected:
        lifted = f"aws cloudformation update-termination-protection --no-enable-termination-protection {place}"
        raise Failure(f"nothing was deleted: {switcher.stack} is protected from that; first: {lifted}")
    try:
        reason = unsettled(ask()["listeners"])
    except Failure as failure:
        raise Failure(
            f"nothing was deleted: whether the system is in maintenance is not known: {failure.message}; look at the "
            "listener's rules in the console. If they stand as they should, it is done without this command: "
            f"aws cloudformation delete-stack {place}"
        ) from failure
    if reason:
        raise Failure(f"nothing was deleted: {reason}; first: scripts/maintenance end --stack {switcher.stack}")


def unsettled(listeners: list[dict[str, Any]]) -> str | None:
    """Say what an end has to put in order before the maintenance rule and its record may go."""
    for listener in listeners:
        if listener["state"] != "resting":
            return f"{listener['name']} is {listener['state']}, and rules that made room would stay where they are"
        for warning in listener["warnings"]:
            if warning["code"] == "drift":
                return f"{listener['name']}: {warning['message']}"
    return None


def kept(session: boto3.Session, switcher: Switcher) -> list[str]:
    """Return what the deletion leaves, by kind and name."""
    body = client(session, "cloudformation").get_template(StackName=switcher.stack, TemplateStage="Processed")
    resources = switcher.resources(session)
    return [
        f"{described['Type'].removeprefix('AWS::')} {resources[logical]}"
        for logical, described in body["TemplateBody"]["Resources"].items()
        if described.get("DeletionPolicy", "").startswith("Retain") and logical in resources
    ]


def delete(session: boto3.Session, switcher: Switcher, tell: Callable[[str], None]) -> None:
    """Delete the stack and wait until it is gone.

    `sam delete` would also remove the functions' code that was uploaded, which other stacks of the same build share.
    """
    cloudformation = client(session, "cloudformation")
    cloudformation.delete_stack(StackName=switcher.stack_id)
    until = time.monotonic() + LONGEST_WAIT
    while True:
        described = cloudformation.describe_stacks(StackName=switcher.stack_id)["Stacks"][0]
        tell(f"{switcher.stack}: {described['StackStatus']}")
        if described["StackStatus"] == "DELETE_COMPLETE":
            return
        if described["StackStatus"] != "DELETE_IN_PROGRESS" or time.monotonic() > until:
            reason = described.get("StackStatusReason", "CloudFormation gives no reason yet")
            raise Failure(f"{switcher.stack} is not deleted, it is {described['StackStatus']}: {reason}")
        time.sleep(1)
