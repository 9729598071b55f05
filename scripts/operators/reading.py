"""Reading a load balancer, with calls that change nothing."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from .failures import Failure
from .invocation import client
from .listener import Balancer, Listener, ListenerArn

QUOTA = "rules-per-application-load-balancer"


def read(session: boto3.Session, wanted: list[ListenerArn]) -> tuple[Balancer, list[Listener]]:
    """Read the load balancer of these listeners, all of which are its own; returns them in the order given."""
    elb = client(session, "elbv2")
    found = {listener.arn: listener for listener in _listeners(elb, wanted[0].balancer_arn)}
    for arn in wanted:
        if arn not in found:
            listeners = " and ".join(f"{listener.name} ({known.text})" for known, listener in found.items())
            accepted = listeners or f"a listener in {arn.region}, as `aws elbv2 describe-listeners` shows them"
            raise Failure(f'LISTENER-ARN is "{arn.text}": there is no such listener; accepted: {accepted}')
    tags = _tags(elb, [wanted[0].balancer_arn, *(arn.text for arn in wanted)])
    return Balancer(tuple(found.values()), tags, _quota(elb)), [found[arn] for arn in wanted]


def _pages(elb: BaseClient, call: str, key: str, **arguments: str) -> list[dict[str, Any]]:
    return [entry for page in elb.get_paginator(call).paginate(**arguments) for entry in page[key]]


def _listeners(elb: BaseClient, balancer: str) -> tuple[Listener, ...]:
    try:
        described = _pages(elb, "describe_listeners", "Listeners", LoadBalancerArn=balancer)
    except elb.exceptions.LoadBalancerNotFoundException:
        return ()
    return tuple(
        Listener.read(one, _pages(elb, "describe_rules", "Rules", ListenerArn=one["ListenerArn"])) for one in described
    )


def _tags(elb: BaseClient, arns: list[str]) -> dict[str, dict[str, str]]:
    described = elb.describe_tags(ResourceArns=arns)["TagDescriptions"]
    return {one["ResourceArn"]: {tag["Key"]: tag["Value"] for tag in one["Tags"]} for one in described}


def _quota(elb: BaseClient) -> int | None:
    """Return how many rules a load balancer may have: of use, but no reason to read nothing else."""
    try:
        limits = _pages(elb, "describe_account_limits", "Limits")
    except ClientError:
        return None
    return next((int(limit["Max"]) for limit in limits if limit["Name"] == QUOTA), None)
