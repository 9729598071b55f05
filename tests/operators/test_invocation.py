"""What counts as an answer, and the sentence for what does not."""

import os

import pytest
from botocore import exceptions
from botocore.parsers import ResponseParserError

from scripts.operators.invocation import Switcher
from tests.operators.conftest import Run, invoked, refusal

GONE = exceptions.ReadTimeoutError(endpoint_url="https://lambda")
RECEIVED = "the event may have been received: look at `scripts/maintenance status`"
MISSING = refusal("ValidationError", "Stack with id shop does not exist")
EMPTY = {"Stacks": [{"StackId": "arn:aws:cloudformation:::stack/shop/1", "StackStatus": "CREATE_FAILED"}]}
FAILED = invoked('{"errorType": "SwitchFailed", "errorMessage": "no rule"}', FunctionError="Unhandled")
ODD = ["<html>", "null", '{"listeners": []}', '{"listeners": [{"state": "active"}]}', '{"listeners": {"a": 1}}']


@pytest.mark.parametrize(
    ("operation", "answer", "words", "code", "sentence"),
    [
        ("AWS_REGION", "", "status", 2, "accepted: --region eu-central-1, or AWS_REGION"),
        ("AWS_ENDPOINT_URL", "nowhere", "status", 1, "Invalid endpoint: nowhere"),
        ("AWS_PROFILE", "ops", "status", 2, "The config profile (ops) could not be found; accepted:"),
        ("DescribeStacks", exceptions.NoCredentialsError(), "status", 1, "; accepted: AWS_ACCESS_KEY_ID"),
        ("DescribeStacks", ResponseParserError("<html>"), "status", 1, "AWS could not be asked: <html>"),
        ("DescribeStacks", refusal("AccessDenied"), "end", 1, "(AccessDenied) when calling the DescribeStacks"),
        ("DescribeStacks", MISSING, "status", 1, '--stack is "shop": there is no such stack in eu-central-1'),
        ("DescribeStacks", EMPTY, "status", 1, "no output SwitcherFunctionName (its status is CREATE_FAILED); acc"),
        ("Invoke", GONE, "end", 1, RECEIVED),
        ("Invoke", GONE, "status", 1, "AWS could not be asked: Read timeout on endpoint URL"),
        ("Invoke", KeyboardInterrupt(), "end", 130, "✗ interrupted; an event may have been received: look at `scripts"),
        ("Invoke", FAILED, "end", 1, "SwitchFailed: no rule"),
        *(("Invoke", invoked(text), "end", 1, f"is not a switcher's: {text}") for text in ODD),
        ("Invoke", invoked("null", FunctionError="Unhandled"), "end --verbose", 1, "is not a switcher's: null"),
    ],
)
def test_trouble_is_a_sentence(run: Run, operation: str, answer: object, words: str, code: int, sentence: str) -> None:
    if operation.startswith("AWS_"):
        os.environ[operation] = answer
    run.answers[operation] = answer

    exit_code, _, err = run(*words.split())

    assert (exit_code, len(err.strip().splitlines())) == (code, 2 if "--verbose" in words else 1)
    assert ("its log\n✗ " in err) is ("--verbose" in words)
    assert sentence in err
    # Send again only where that helps.
    assert ("may have been received" in err) is ("may have been received" in sentence)


@pytest.mark.parametrize(
    ("zone", "schedule", "expected"),
    # Not every machine has every zone.
    [("Asia/Seoul", "cron(…)", "Asia/Seoul"), ("Asia/Seoul", "", "None"), ("Nowhere/Else", "cron(…)", "None")],
)
def test_the_zone_is_that_of_the_schedules(zone: str, schedule: str, expected: str) -> None:
    parameters = {"ScheduleTimeZone": zone, "EndSchedule": schedule}

    assert str(Switcher("shop", "", "123456789012", "eu-central-1", parameters, {}).zone) == expected
