"""Failures as one sentence for the person at the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
)
from botocore.parsers import ResponseParserError

from . import printing

CREDENTIALS = "accepted: AWS_ACCESS_KEY_ID and its companions, or --profile with a profile that you are signed in to"
DENIED = {"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"}
STALE = {"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException"}


class Failure(click.ClickException):
    """The command failed; it ends with 1."""

    def show(self, file: Any = None) -> None:  # noqa: ANN401, ARG002 (click's own signature)
        """Print the sentence on stderr."""
        printing.line(f"✗ {self.message}", "red", to_stderr=True)


class WrongUse(Failure):
    """The command was not given what it needs; it ends with 2, as click's own refusals do."""

    exit_code = 2


@contextmanager
def sentences() -> Iterator[None]:
    """Turn what the AWS SDK raises into a sentence."""
    try:
        yield
    except ClientError as error:
        raise Failure(_refusal(error)) from error
    except ProfileNotFound as error:
        raise WrongUse(f"--profile: {error}; accepted: one that `aws configure list-profiles` lists") from error
    except NoRegionError as error:
        raise WrongUse("no region is known; accepted: --region eu-central-1, or AWS_REGION") from error
    except (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError) as error:
        raise Failure(f"no credentials for AWS: {error}; {CREDENTIALS}") from error
    except (BotoCoreError, ResponseParserError) as error:
        raise Failure(f"AWS could not be asked: {error}") from error


def _refusal(error: ClientError) -> str:
    code, message = error.response["Error"].get("Code", "unknown"), error.response["Error"].get("Message", "")
    hint = "; the caller needs a policy that allows it" if code in DENIED else ""
    hint = f"; {CREDENTIALS}" if code in STALE else hint
    return f"AWS refused {error.operation_name} ({code}): {message}{hint}"
