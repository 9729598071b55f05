"""The switch as a short script: put the maintenance rule first or last, and print the order that it leads to.

It keeps no record, does not look whether the switch succeeded, and takes one listener after the other.
"""

import json
import os
from typing import Any

import boto3

ELB = boto3.client("elbv2")
RULES = os.environ["MAINTENANCE_RULE_ARNS"].split(",")


def rules_of(listener: str) -> list[dict[str, Any]]:
    """Read the listener's rules without the default one, in their order."""
    pages = ELB.get_paginator("describe_rules").paginate(ListenerArn=listener)
    rules = [rule for page in pages for rule in page["Rules"] if not rule["IsDefault"]]
    return sorted(rules, key=lambda rule: int(rule["Priority"]))


def switch(maintenance: str, first: bool) -> None:
    """Give all rules new numbers, with the maintenance rule at one end."""
    listener = maintenance.rsplit("/", 1)[0].replace("listener-rule/", "listener/")
    arns = [rule["RuleArn"] for rule in rules_of(listener) if rule["RuleArn"] != maintenance]
    arns.insert(0 if first else len(arns), maintenance)
    ELB.set_rule_priorities(
        RulePriorities=[{"RuleArn": arn, "Priority": place} for place, arn in enumerate(arns, start=1)]
    )
    for rule in rules_of(listener):
        print(json.dumps({"priority": rule["Priority"], "rule": rule["RuleArn"]}))


def handler(event: dict[str, Any], _context: object) -> dict[str, str]:
    """Switch every listener."""
    for rule in RULES:
        switch(rule, first=event["type"] == "start")
    return {"type": event["type"], "outcome": "changed"}
