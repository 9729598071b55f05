"""What a web page in the developer's browser, or anybody else who finds the emulator's port, cannot do."""

from __future__ import annotations

import base64
import hashlib
import http.client
import io
import json
import zipfile

import pytest

from tests.harness.aws import ACCOUNT, REGION, Aws
from tests.harness.site import Site


def _zipped(name: str, text: str) -> str:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, text)
    return base64.b64encode(packed.getvalue()).decode()


# By these the emulator would make a function, which it would run as a program of this machine.
FUNCTIONS = "/2015-03-31/functions"
PROGRAM = {
    "FunctionName": "intruder",
    "Runtime": "python3.12",
    "Role": f"arn:aws:iam::{ACCOUNT}:role/intruder",
    "Handler": "index.handler",
    "Code": {"ZipFile": _zipped("index.py", "def handler(event, context): pass")},
}


@pytest.fixture(scope="module", autouse=True)
def role(aws: Aws) -> None:
    """Make the role that the function is to have."""
    lambdas = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [lambdas]})
    aws.client("iam").create_role(RoleName="intruder", AssumeRolePolicyDocument=trust)


def ask(aws: Aws, path: str = FUNCTIONS, *, key: str = "", method: str = "POST", **headers: str) -> tuple[int, str]:
    """Send what would make a function; a header's name is written with underscores."""
    signed = f"AWS4-HMAC-SHA256 Credential={key}/20261125/{REGION}/lambda/aws4_request, SignedHeaders=host, Signature=0"
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if key:
        sent["Authorization"] = signed
    connection = http.client.HTTPConnection("127.0.0.1", aws.port, timeout=30)
    try:
        connection.request(method, path, body=json.dumps(PROGRAM), headers=sent)
        answer = connection.getresponse()
        assert answer.status != 403 or "Access-Control-Allow-Origin" not in answer.headers
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def functions(aws: Aws) -> list[str]:
    return [function["FunctionName"] for function in aws.client("lambda").list_functions()["Functions"]]


def test_the_runs_own_clients_make_functions_by_the_same_request(aws: Aws) -> None:
    """Without this, the attacks below could fail for another reason than the guard."""
    assert ask(aws, key=aws.key)[0] == 201
    aws.client("lambda").delete_function(FunctionName="intruder")


@pytest.mark.parametrize(
    ("headers", "because"),
    [
        ({"Origin": "https://evil.example"}, "no page may ask"),
        ({"Origin": "null"}, "no page may ask"),
        ({"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors"}, "no page may ask"),
        ({"Host": "evil.example"}, "this host is not"),
        ({"Host": "nobody.alb.localhost"}, "this host is not"),
    ],
)
def test_a_page_is_refused_even_with_the_key(aws: Aws, headers: dict[str, str], because: str) -> None:
    status, said = ask(aws, key=aws.key, **headers)
    assert (status, "intruder" in functions(aws)) == (403, False)
    assert because in said


def test_a_preflight_is_refused(aws: Aws) -> None:
    assert ask(aws, method="OPTIONS", Origin="https://evil.example", Access_Control_Request_Method="POST")[0] == 403


# MiniStack takes each of these for its root user.
@pytest.mark.parametrize("key", ["", "test", ACCOUNT, "000000000000"])
def test_who_does_not_know_the_runs_key_is_refused(aws: Aws, key: str) -> None:
    status, said = ask(aws, key=key)
    assert (status, "intruder" in functions(aws)) == (403, False)
    assert "this access key is not" in said


def test_the_key_that_a_function_has_cannot_be_computed_from_names(aws: Aws, site: Site) -> None:
    site.stack.invoke({"type": "status"}).answer  # noqa: B018 (now the function has its key)
    function = aws.client("lambda").get_function_configuration(FunctionName=site.stack.switcher)
    digest = hashlib.sha256(f"{function['FunctionArn']}:{function['Role']}".encode()).hexdigest()

    # MiniStack itself would find fault with the signature only, which can be computed, too.
    assert "this access key is not" in ask(aws, key=f"ASIA{digest[:16].upper()}")[1]


@pytest.mark.parametrize("path", [FUNCTIONS, "/_ministack/reset", "/_ministack/config"])
def test_a_load_balancers_name_leads_to_the_load_balancer_alone(aws: Aws, site: Site, path: str) -> None:
    said = ask(aws, path, key=aws.key, Host=site.listener.host)
    assert said == (404, "")
    assert "intruder" not in functions(aws)
    assert site.listener.rules()
