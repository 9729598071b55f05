"""The switch as a short script: it keeps no record, and does not look whether the switch succeeded."""

import json
import os

import boto3

ELB = boto3.client("elbv2")
MAINTENANCE = os.environ["MAINTENANCE_RULE_ARNS"]


def rules() -> list[dict]:
    """Read the listener's rules without the default one, in their order."""
    listener = MAINTENANCE.rpartition("/")[0].replace("listener-rule/", "listener/")
    pages = ELB.get_paginator("describe_rules").paginate(ListenerArn=listener)
    found = [rule for page in pages for rule in page["Rules"] if not rule["IsDefault"]]
    return sorted(found, key=lambda rule: int(rule["Priority"]))


def handler(event: dict, _context: object) -> dict:
    """Give all rules new numbers, with the maintenance rule at one end, and print the order that this leads to."""
    arns = [rule["RuleArn"] for rule in rules() if rule["RuleArn"] != MAINTENANCE]
    arns.insert(0 if event["type"] == "start" else len(arns), MAINTENANCE)
    ELB.set_rule_priorities(RulePriorities=[{"RuleArn": arn, "Priority": n} for n, arn in enumerate(arns, start=1)])
    print(json.dumps([{"priority": rule["Priority"], "rule": rule["RuleArn"]} for rule in rules()]))
    return {"type": event["type"], "outcome": "changed"}
