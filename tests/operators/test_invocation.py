"""Which region is asked, and what counts as an answer."""

from __future__ import annotations

import json
import os
from pathlib import Path
from unittest import mock

import pytest

from scripts.operators import command
from scripts.operators.failures import Failure, WrongUse, sentences
from scripts.operators.invocation import Switcher, read_answer, refuse_another_region


@pytest.mark.parametrize(
    ("words", "environment", "config", "expected"),
    [
        ([], {"AWS_REGION": "eu-central-1"}, "us-east-1", "eu-central-1"),
        ([], {"AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "eu-west-1"}, "us-east-1", "eu-central-1"),
        ([], {"AWS_DEFAULT_REGION": "eu-west-1"}, "us-east-1", "eu-west-1"),
        ([], {}, "us-east-1", "us-east-1"),
        (["--region", "eu-north-1"], {"AWS_REGION": "eu-central-1"}, "us-east-1", "eu-north-1"),
    ],
)
def test_the_region_is_the_one_given(
    tmp_path: Path, words: list[str], environment: dict[str, str], config: str, expected: str
) -> None:
    file = tmp_path / "config"
    file.write_text(f"[default]\nregion = {config}\n")
    asked = []

    def find(session: object, _: str) -> None:
        asked.append(session.region_name)
        raise Failure("enough")

    with (
        mock.patch.dict(os.environ, {**environment, "AWS_CONFIG_FILE": str(file)}, clear=True),
        mock.patch.object(command.invocation, "find", find),
        pytest.raises(Failure, match="enough"),
    ):
        command.maintenance.main(["status", *words], standalone_mode=False)

    assert asked == [expected]


HERE = {"AWS_REGION": "eu-central-1", "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull}
KEY = {**HERE, "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "none", "NO_PROXY": "127.0.0.1"}


@pytest.mark.parametrize(
    ("environment", "code", "sentence"),
    [
        (HERE, 1, "no credentials for AWS"),
        (KEY | {"AWS_REGION": ""}, 2, "accepted: --region eu-central-1"),
        (KEY | {"AWS_PROFILE": "ops"}, 2, "The config profile (ops) could not be found"),
        (KEY | {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, 1, "Could not connect to the endpoint URL"),
        (KEY | {"AWS_ENDPOINT_URL": "nowhere"}, 1, "Invalid endpoint: nowhere"),
    ],
)
def test_trouble_before_the_function_is_a_sentence(environment: dict[str, str], code: int, sentence: str) -> None:
    given = environment | {"AWS_SHARED_CREDENTIALS_FILE": os.devnull}

    with mock.patch.dict(os.environ, given, clear=True), pytest.raises(Failure) as failure, sentences():
        command.maintenance.main(["status"], standalone_mode=False)

    assert failure.value.exit_code == code
    assert sentence in failure.value.message


def test_another_region_than_samconfig_is_refused() -> None:
    samconfig = '[default.deploy.parameters]\nregion = "eu-central-1"\n# region = "eu-west-1"\n'

    refuse_another_region("eu-central-1", samconfig)
    refuse_another_region("us-east-1", "version = 0.1\n")
    with pytest.raises(
        WrongUse, match=r"is us-east-1, but samconfig\.toml deploys to eu-central-1; accepted: --region"
    ):
        refuse_another_region("us-east-1", samconfig)


LISTENER = dict.fromkeys(("listenerArn", "ruleArn", "state", "since", "until", "moves", "rules", "warnings"))


@pytest.mark.parametrize(
    ("text", "failed", "sentence"),
    [
        ('{"errorType": "SwitchFailed", "errorMessage": "no rule"}', True, "SwitchFailed: no rule"),
        ("<html>", False, "is not a switcher's: <html>"),
        ("null", True, "is not a switcher's: null"),
        ('{"listeners": []}', False, "is not a switcher's"),
        ('{"listeners": [{"state": "active"}]}', False, "is not a switcher's"),
        ('{"listeners": {"a": 1}}', False, "is not a switcher's"),
        (json.dumps({"listeners": [LISTENER]}), False, "is not a switcher's"),
    ],
)
def test_an_odd_answer_is_one_sentence(text: str, failed: bool, sentence: str) -> None:
    with pytest.raises(Failure) as failure:
        read_answer(text, failed=failed)

    assert sentence in failure.value.message


def test_a_switchers_answer_is_read() -> None:
    answer = {"type": "end", "outcome": "changed", "dryRun": False, "listeners": [LISTENER]}

    assert read_answer(json.dumps(answer), failed=False) == answer


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"ScheduleTimeZone": "Asia/Seoul", "StartSchedule": "cron(0 22 ? * SUN *)"}, "Asia/Seoul"),
        ({"ScheduleTimeZone": "Asia/Seoul", "StartSchedule": ""}, "None"),
        # Not every machine has every zone.
        ({"ScheduleTimeZone": "Nowhere/Else", "EndSchedule": "cron(0 22 ? * SUN *)"}, "None"),
    ],
)
def test_the_zone_is_that_of_the_schedules(parameters: dict[str, str], expected: str) -> None:
    assert str(Switcher("shop", "", "123456789012", "eu-central-1", parameters, {}).zone) == expected
