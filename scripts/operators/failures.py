"""Failures as one sentence for the person at the terminal."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from botocore import exceptions
from botocore.parsers import ResponseParserError


class Failure(click.ClickException):
    """The command failed; it ends with 1."""


class WrongUse(Failure):
    """The command was not given what it needs; it ends with 2, as click's own refusals do."""

    exit_code = 2


REMEDIES = {
    exceptions.NoCredentialsError: (Failure, "; accepted: AWS_ACCESS_KEY_ID and its companions, or --profile"),
    exceptions.NoRegionError: (WrongUse, "; accepted: --region eu-central-1, or AWS_REGION"),
    exceptions.ProfileNotFound: (WrongUse, "; accepted: one that `aws configure list-profiles` lists"),
}


@contextmanager
def sentences() -> Iterator[None]:
    """Turn what the AWS SDK raises into a sentence."""
    try:
        yield
    except exceptions.ClientError as error:
        raise Failure(f"AWS refused: {error}") from error
    except (exceptions.BotoCoreError, ResponseParserError) as error:
        failure, remedy = REMEDIES.get(type(error), (Failure, ""))
        raise failure(f"AWS could not be asked: {error}{remedy}") from error
