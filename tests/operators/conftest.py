"""The command in this process, and what answers in place of AWS."""

import base64
import io
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from botocore.loaders import create_loader
from botocore.validate import ParamValidator

from scripts.operators import command

# Read once, since it takes longer than a test.
MODELS = create_loader()
PREFIX = "arn:aws:elasticloadbalancing:eu-central-1:123456789012"
LISTENER = f"{PREFIX}:listener/app/shop/1/443"
TOPIC = "arn:aws:sns:eu-central-1:123456789012:shop-notices"
STACK = {"StackId": "arn:aws:cloudformation:eu-central-1:123456789012:stack/shop/1", "StackStatus": "CREATE_COMPLETE"}
OUTPUTS = {"SwitcherFunctionName": "switcher", "ResponderTargetGroupArn": "group", "NoticesTopicArn": TOPIC}
OUTPUTS |= {"ResponderLogGroupName": "log"}
RULE = {"priority": "50000", "ruleArn": "own", "conditions": ["path-pattern: /*"], "action": ""}
AT_REST = {"listenerArn": LISTENER, "ruleArn": "own", "state": "resting", "moves": [], "warnings": [], "rules": [RULE]}


class Run:
    """Runs the command with a stack whose listener is at rest; a test changes the answers to what it is about."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.output = capsys
        self.parameters: dict[str, str] = {}
        self.listener = dict.fromkeys(("since", "until", "reason", "message", "lastWindow")) | AT_REST
        # What was sent, and to which regions.
        self.events: list[dict[str, Any]] = []
        self.regions: set[str] = set()
        # By operation; what has no answer is refused.
        self.answers: dict[str, Any] = {
            "DescribeStacks": lambda: {"Stacks": [STACK | self._described()]},
            "DescribeListeners": {"Listeners": [{"ListenerArn": LISTENER, "Protocol": "HTTPS", "Port": 443}]},
            "DescribeTargetHealth": {"TargetHealthDescriptions": [{"TargetHealth": {"State": "healthy"}}]},
        }
        self.answers |= subscribed(f"{TOPIC}:1")

    def __call__(self, *words: str) -> tuple[int, str, str]:
        """Run the command, and return its exit code and output."""
        command.printing.TYPED.clear()
        with mock.patch.object(sys, "argv", ["maintenance", *words]):
            return command.run(), *self.output.readouterr()

    def _described(self) -> dict[str, Any]:
        given = [{"ParameterKey": key, "ParameterValue": value} for key, value in self.parameters.items()]
        return {"Parameters": given, "Outputs": [{"OutputKey": key, "OutputValue": OUTPUTS[key]} for key in OUTPUTS]}

    def warn(self, code: str, message: str = "because") -> None:
        """Let the switcher answer with a warning."""
        self.listener["warnings"] = [{"code": code, "message": message}]

    def answer(self, client: BaseClient, operation: str, given: dict[str, Any]) -> Any:  # noqa: ANN401
        """Answer a call whose parameters AWS's own model accepts."""
        shape = client.meta.service_model.operation_model(operation).input_shape
        mistakes = ParamValidator().validate(given, shape).generate_report()
        assert not mistakes, mistakes
        self.regions.add(client.meta.region_name)
        if operation == "Invoke" and operation not in self.answers:
            event = json.loads(given["Payload"])
            self.events.append(event)
            answer = {"type": event["type"], "outcome": "changed", "dryRun": event.get("dryRun", False)}
            return invoked(json.dumps(answer | {"listeners": [self.listener]}))
        answer = self.answers.get(operation, refusal("AccessDenied"))
        if isinstance(answer, ClientError):
            raise client.exceptions.from_code(answer.operation_name)(answer.response, operation)
        if isinstance(answer, BaseException):
            raise answer
        return answer() if callable(answer) else answer


def invoked(text: str, **more: str) -> dict[str, Any]:
    return {"Payload": io.BytesIO(text.encode()), "LogResult": base64.b64encode(b"its log").decode(), **more}


def subscribed(*states: str) -> dict[str, Any]:
    """Return the answer about a topic with these subscriptions."""
    named = [{"SubscriptionArn": state, "Endpoint": f"{number}@example.com"} for number, state in enumerate(states)]
    return {"ListSubscriptionsByTopic": {"Subscriptions": [{**one, "Protocol": "email"} for one in named]}}


def refusal(code: str, message: str = "no") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, code)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Iterator[Run]:
    """Let no call leave this process; a test may change the environment, and write the files in tmp_path."""
    made = Run(capsys)
    monkeypatch.setattr("botocore.session.create_loader", lambda *_: MODELS)
    monkeypatch.setattr(BaseClient, "_make_api_call", lambda *call: made.answer(*call))
    monkeypatch.setattr(command.printing, "prepare", lambda: None)
    monkeypatch.setattr(command.invocation, "SAMCONFIG", tmp_path / "samconfig.toml")
    # What a crashed play leaves.
    monkeypatch.setattr(command.play, "PLAYS", tmp_path / "play.json")
    (tmp_path / "play.json").write_text('{"environment": {}, "stack": "play"}')
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    files = {"AWS_CONFIG_FILE": str(tmp_path / "config"), "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    given = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "none", "AWS_REGION": "eu-central-1"}
    with mock.patch.dict(os.environ, kept | files | given | {"MAINTENANCE_STACK": "shop"}, clear=True):
        yield made
