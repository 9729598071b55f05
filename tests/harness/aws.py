"""An AWS account that exists only on this machine."""

import json
import os
import platform
import secrets
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import boto3
from botocore.config import Config

REGION = "eu-central-1"
ACCOUNT = "123456789012"


def host_architecture() -> str:
    """Lambda's name for this machine's processor: MiniStack runs the functions natively."""
    return "arm64" if platform.machine().lower() in ("arm64", "aarch64") else "x86_64"


@lru_cache
def _client(aws: "Aws", service: str) -> Any:  # noqa: ANN401 (boto3 makes its classes at run time)
    session = boto3.Session(aws_access_key_id=aws.key, aws_secret_access_key="not-a-secret", region_name=REGION)
    # One attempt: a retry would hide that a call failed.
    once = Config(retries={"total_max_attempts": 1}, proxies={}, read_timeout=60)
    return session.client(service, endpoint_url=aws.endpoint, config=once)


@dataclass(frozen=True)
class Aws:
    """The account's endpoint and the environment in which tools talk to it and to nothing else."""

    port: int
    # The guard lets in only clients that know it: MiniStack checks no signature of its root user.
    key: str = field(default_factory=lambda: "AKIA" + secrets.token_hex(8).upper(), repr=False)
    client = _client

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of this process without the user's AWS settings, so that no call can reach a real account."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return kept | {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.key,
            "AWS_SECRET_ACCESS_KEY": "not-a-secret",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            # A proxy of the user's must not get the calls to this machine.
            "NO_PROXY": "127.0.0.1,localhost",
            "no_proxy": "127.0.0.1,localhost",
        }

    def acting_as(self, name: str, statements: list[dict[str, Any]]) -> dict[str, str]:
        """Return the credentials of a role that may do what these statements of a policy say."""
        iam = self.client("iam")
        trusted = [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]
        trust, policy = (json.dumps({"Version": "2012-10-17", "Statement": given}) for given in (trusted, statements))
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        iam.put_role_policy(RoleName=name, PolicyName="given", PolicyDocument=policy)
        session = self.client("sts").assume_role(RoleArn=role, RoleSessionName=name)["Credentials"]
        return {
            "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
            "AWS_SESSION_TOKEN": session["SessionToken"],
        }
