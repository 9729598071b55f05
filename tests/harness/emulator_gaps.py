"""What MiniStack does not do and AWS does: made up for here, and nowhere in the template or the functions.

Gaps that need nothing: MiniStack's schedules deliver `<aws.scheduler.scheduled-time>` as it is written. Its metric
filters count nothing, it reads no metrics out of log lines, and its alarms look only when a metric is put by hand. Its
Logs Insights knows no `stats`, and passes over filters other than `@message like` and `@field =`. Its input
transformers find nothing in arrays.
"""

from __future__ import annotations

import json
import time

from tests.harness.aws import Aws
from tests.harness.invocation import Invocation
from tests.harness.wait import until


def register_target(aws: Aws, target_group: str, function: str) -> None:
    """Register the function: MiniStack's CloudFormation ignores the targets of a target group."""
    aws.client("elbv2").register_targets(TargetGroupArn=target_group, Targets=[{"Id": function}])


def deliver_result(aws: Aws, function: str, event: object, invocation: Invocation) -> None:
    """Do with an invocation's result what Lambda does after an asynchronous one: send it to its destination.

    MiniStack delivers failures only to queues, topics and functions, and successes to nobody.
    """
    described = aws.client("lambda").get_function_event_invoke_config(FunctionName=function, Qualifier="$LATEST")
    destination = described["DestinationConfig"]["OnFailure" if invocation.failed else "OnSuccess"]["Destination"]
    detail = {
        "version": "1.0",
        "requestContext": {
            "requestId": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
            "functionArn": described["FunctionArn"],
            "condition": "RetriesExhausted" if invocation.failed else "Success",
            "approximateInvokeCount": 3 if invocation.failed else 1,
        },
        "requestPayload": event,
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST"},
        "responsePayload": invocation.payload,
    }
    entry = {
        "EventBusName": destination.partition(":event-bus/")[2],
        "Source": "lambda",
        "DetailType": f"Lambda Function Invocation Result - {'Failure' if invocation.failed else 'Success'}",
        "Resources": [described["FunctionArn"], destination],
        "Detail": json.dumps(detail),
    }
    assert aws.client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0


def run_query(aws: Aws, group: str, text: str) -> list[dict[str, str]]:
    """Run a query of Logs Insights over the last hour, and return the rows with their fields, leaving out empty ones.

    MiniStack filters, sorts and cuts, but finds no fields in lines of JSON: they are read from the lines here.
    """
    logs = aws.client("logs")
    now = int(time.time())
    whole = text.replace("fields ", "fields @message, ", 1)
    started = logs.start_query(logGroupName=group, queryString=whole, startTime=now - 3600, endTime=now + 60)

    def rows() -> list[list[dict[str, str]]]:
        answer = logs.get_query_results(queryId=started["queryId"])
        return answer["results"] if answer["status"] == "Complete" else []

    found = []
    for row in until("the query has found something", rows, within=10):
        cells = {cell["field"]: cell["value"] for cell in row if cell["value"]}
        line = json.loads(cells.pop("@message"))
        named = {cell["field"] for cell in row}
        found.append(cells | {field: str(value) for field, value in line.items() if field in named})
    return found


def widen_rule_resources(aws: Aws, role: str) -> None:
    """Let the role do to any resource what its policies let it do to listener rules, and no other action.

    MiniStack checks which actions a role may call, but takes a call that names rules for one on every resource.
    """
    iam = aws.client("iam")
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        policy = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for statement in policy["Statement"]:
            if ":listener-rule/" in json.dumps(statement["Resource"]):
                widened = {**policy, "Statement": [{**statement, "Resource": "*"}]}
                iam.put_role_policy(
                    RoleName=role, PolicyName="any-resource-in-the-emulator", PolicyDocument=json.dumps(widened)
                )
