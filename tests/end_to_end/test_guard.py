"""Web pages and other programs that find the emulator's port cannot use it."""

import contextlib
import hashlib
import http.client

import pytest

from tests.harness.aws import ACCOUNT, REGION, Aws
from tests.harness.load_balancer import LoadBalancer
from tests.harness.site import Site

FUNCTIONS = "/2015-03-31/functions"
A_PAGE, FOREIGN, WRONG_KEY = "no page may ask", "this host is not", "this access key is not"


def ask(aws: Aws, path: str = FUNCTIONS, *, key: str, method: str = "GET", **headers: str) -> tuple[int, str]:
    """Send a request for a path of the API; a header's name is written with underscores."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    credential = f"{key}/20261125/{REGION}/lambda/aws4_request"
    if key:
        sent["Authorization"] = f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0"
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", aws.port, timeout=30)) as connection:
        connection.request(method, path, headers=sent)
        answer = connection.getresponse()
        assert answer.status != 403 or "Access-Control-Allow-Origin" not in answer.headers
        return answer.status, answer.read().decode()


@pytest.mark.parametrize(
    ("headers", "because"),
    [
        ({}, ""),
        ({"Origin": "https://evil.example"}, A_PAGE),
        ({"Origin": "null"}, A_PAGE),
        ({"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors"}, A_PAGE),
        ({"method": "OPTIONS", "Origin": "https://evil.example", "Access_Control_Request_Method": "POST"}, A_PAGE),
        ({"Host": "evil.example"}, FOREIGN),
        ({"Host": "unknown.alb.localhost"}, FOREIGN),
        # MiniStack takes each of these keys for its root user.
        *(({"key": key}, WRONG_KEY) for key in ("", "test", ACCOUNT, "000000000000")),
    ],
)
def test_only_clients_with_this_runs_key_are_let_in(aws: Aws, headers: dict[str, str], because: str) -> None:
    status, said = ask(aws, **{"key": aws.key, **headers})

    assert status == (403 if because else 200)
    assert because in said


def test_a_functions_key_cannot_be_computed(aws: Aws, site: Site) -> None:
    site.stack.invoke({"type": "status"}).answer  # noqa: B018 (now the function has its key)
    function = aws.client("lambda").get_function_configuration(FunctionName=site.stack.switcher)
    digest = hashlib.sha256(f"{function['FunctionArn']}:{function['Role']}".encode()).hexdigest()

    # MiniStack itself would refuse the signature only, which can be computed, too.
    assert WRONG_KEY in ask(aws, key=f"ASIA{digest[:16].upper()}")[1]


def test_a_load_balancers_host_never_reaches_the_api(aws: Aws) -> None:
    listener = LoadBalancer(aws, "guarded", {}).listener(port=80, rules={})

    for path in (FUNCTIONS, "/_ministack/reset", "/_ministack/config"):
        assert ask(aws, path, key=aws.key, method="POST", Host=listener.host) == (404, "")
    assert listener.rules()
