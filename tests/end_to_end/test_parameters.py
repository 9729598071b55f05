"""What the form accepts the functions start with; what the functions refuse, the form refuses where a pattern can tell.

CloudFormation holds an AllowedPattern against the whole value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.harness.aws import Aws
from tests.harness.load_balancer import LoadBalancer
from tests.harness.paths import EVENTS
from tests.harness.site import Site
from tests.harness.stack import Stack, deploy_like
from tests.harness.template import expanded_template

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: all variables of a function together. Lambda
# measures them as JSON: the error that it answers with quotes the text that it has measured.
ENVIRONMENT_BYTES = 4096

HANGUL = "한"

# The longest value of each text: of three-byte characters, and where only ASCII is accepted, of what JSON escapes.
FILLED: dict[str, Callable[[int], str]] = {
    "MaintenancePageUrl": lambda n: "/" + "a" * (n - 1),
    "RedirectPathPattern": lambda n: r"\." * (n // 2),
    "UnavailableBody": lambda n: f'"{HANGUL * (n - 2)}"',
    "PageTitle": lambda n: HANGUL * n,
    "PageMessage": lambda n: HANGUL * n,
    "CorsAllowedOrigins": lambda n: "https://" + "a" * (n - 8),
    "HealthPathPattern": lambda n: r"\." * (n // 2),
    "HomePath": lambda n: "/" + "b" * (n - 1),
    "PreviewPath": lambda n: "/" + "c" * (n - 1),
    "StatusPath": lambda n: "/" + "d" * (n - 1),
    "PageLanguage": lambda n: ("de" + "-abcdefgh" * n)[:n],
    "StatusPageUrl": lambda n: "https://" + "a" * (n - 8),
}

ACCEPTED: dict[str, list[str]] = {
    "MaintenancePageUrl": [
        "/",
        "/a%20b/",
        "/.well-known/...",
        "https://status.example.com",
        "http://[::1]:8080/a;b=c?d=/../e#f",
    ],
    "RedirectPathPattern": [
        "^/a(/|$)",
        r"(?i)^/(?:shop|(?P<cart>[a-z]+))/[^/]{2,3}\.html$",
        "[[:alpha:]]",
        r"^/a\(b[(]$",
        "^/a|^/b*?",
    ],
    "HealthPathPattern": ["", "^/health$", ".*/ready"],
    "RedirectBrowsers": ["paths", "navigations"],
    "HomePath": ["/", "/a", "/shop/%EC%A0%90/..."],
    "PreviewPath": ["", "/maintenance-preview", "/a/.preview/"],
    "StatusPath": ["", "/maintenance-status.json", "/a/~state/@1"],
    "PageLanguage": ["", "ko", "de-AT", "zh-Hant-TW"],
    "StatusPageUrl": ["", "https://status.example.com", "https://[::1]:8443/a;b=c?d=/../e#f"],
    "UnavailableBody": [
        "",
        "{}",
        '[1, -2.5e3, {"a": [true, null]}]',
        '"점검 중 \\u0022"',
        "null",
        '{"a":"}{\'"}',
        ' {\n"a":\t1}\r\n',
    ],
    "RetryAfterSeconds": ["1", "86400"],
    "PageTitle": ["", "Back at 5 & <soon>"],
    "PageMessage": ["", "one\ntwo"],
    "CorsAllowedOrigins": [
        "*",
        "none",
        "https://App.example.com",
        "http://localhost:3000,https://a.example.com:65000,https://[::1]:80,http://b:443",
    ],
    "ActivePriority": ["1", "49999"],
    "RestingPriority": ["3", "50000"],
    "MaxDurationMinutes": ["0", "1", "9999", "43200"],
    "StaleAfterMinutes": ["1", "43200"],
}

REFUSED: dict[str, list[str]] = {
    "MaintenancePageUrl": [
        "a",
        "//example.com",
        "/a?b=c",
        "/a#b",
        "/a b",
        "/a/../b",
        "/%2e%2E/a",
        "/a%2F..%2fb",
        "/.",
        "/a%2",
        "/{a}",
        "/한",
        "ftp://example.com",
        "https://",
        "https://*.example.com",
        "https://me@example.com",
        "https://example.com:0",
        "https://example.com:70000",
    ],
    "RedirectPathPattern": [
        "*/health",
        "+",
        "?a",
        "{2}",
        "^/a|*",
        "^/(*.html)",
        "^/a(/|$",
        "^/a/|$)",
        ")(",
        "[a-z",
        "[]",
        "/a\\",
        "(?=a)",
        "(?<!a)b",
        r"(a)\1",
        r"\pL",
        r"\Z",
        "a{x}",
    ],
    "HealthPathPattern": ["*/health", "^/health)"],
    "RedirectBrowsers": ["all", "Paths"],
    "HomePath": [
        "a",
        "https://example.com/a",
        "//example.com",
        "/%2Fexample.com",
        "/%5cexample.com",
        "/a%00",
        "/a?b=c",
        "/a#b",
        "/a b",
        "/a/../b",
        "/a/%2e",
        "/a%2",
        "/한",
    ],
    "PreviewPath": ["preview", "//preview", "/preview?x", "/a/../b", "/."],
    "StatusPath": ["status", "//status", "https://example.com/status", "/status?x", "/a/../b", "/."],
    "PageLanguage": ["d", "de_AT", "de-", "1a", "german language"],
    "StatusPageUrl": [
        "/status",
        "http://status.example.com",
        "https://",
        "https://me@status.example.com",
        "https://status.example.com:0",
        "https://status.example.com/../a",
        'https://status.example.com/"',
    ],
    "UnavailableBody": [
        "{message:Down}",
        "{'message':'Down'}",
        '{"message":"Down"',
        '{"message:"Down"}',
        "{,}",
        "Down",
        "True",
        "01",
        ".5",
        '"a"b"',
        '"\\x"',
        '"one\ntwo"',
        "[NaN]",
        "<p>Down</p>",
    ],
    "RetryAfterSeconds": ["0", "86401", "soon"],
    "PageTitle": ["one\ntwo", "a\tb", "a\x7fb"],
    "PageMessage": ["one\r\ntwo", "a\tb"],
    "CorsAllowedOrigins": [
        "app.example.com",
        "https://*.example.com",
        "https://app.example.com/",
        "https://host:443",
        "http://host:80",
        "https://a,http://b:80",
        "*,https://a",
        "none,https://a",
        "https://a,",
        "https://me@a",
        "https://한",
        "https://a:0",
        "https://a:70000",
    ],
    "ActivePriority": ["0", "50001", "first"],
    "RestingPriority": ["0", "50001"],
    "MaxDurationMinutes": ["-1", "43201", "50000", "1.5"],
    "StaleAfterMinutes": ["0", "43201"],
}

# Nesting, the order in ranges and the grammar between tokens are beyond a pattern, and so are fractions of a Number.
FOR_THE_FUNCTION_ONLY: dict[str, list[str]] = {
    "RedirectPathPattern": ["((a)", "[z-a]", "(.{1,100}){1,100}z"],
    "UnavailableBody": ['{"a" 1}', "[1 2]", "[}]"],
    "RetryAfterSeconds": ["1.5"],
    "StaleAfterMinutes": ["1.5"],
}


@dataclass(frozen=True)
class Deployed:
    """A stack with every text at its bound, whose functions are then given other settings one at a time."""

    aws: Aws
    stack: Stack

    def refusal(self, parameter: str, value: str) -> str:
        """Return what the function says with a parameter at that value, or nothing if it starts with it."""
        logical, variable = VARIABLES[parameter]
        function = self.stack.responder if logical == "ResponderFunction" else self.stack.switcher
        functions = self.aws.client("lambda")
        known = functions.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
        functions.update_function_configuration(
            FunctionName=function, Environment={"Variables": known | {variable: value}}
        )
        try:
            said = self.said()
        finally:
            functions.update_function_configuration(FunctionName=function, Environment={"Variables": known})
        assert not said or variable in said, said
        return said

    def said(self) -> str:
        """Return what the functions say of their settings, or nothing."""
        status = self.stack.invoke(EVENTS / "status.json")
        health = self.stack.invoke(EVENTS / "alb-health-check.json", function=self.stack.responder).answer
        refused = [json.dumps(status.payload)] if status.failed else []
        return "".join(refused + ([health["body"]] if health["statusCode"] != 200 else []))


def _variables() -> dict[str, tuple[str, str]]:
    """Return the function and the variable of each parameter that is passed on as it is."""
    found = {}
    for logical, resource in expanded_template()["Resources"].items():
        if resource["Type"] == "AWS::Lambda::Function":
            for variable, value in resource["Properties"]["Environment"]["Variables"].items():
                if "Ref" in value:
                    found[value["Ref"]] = (logical, variable)
    return found


VARIABLES = _variables()
PARAMETERS: dict[str, Any] = expanded_template()["Parameters"]
LONGEST = {name: fill(PARAMETERS[name]["MaxLength"]) for name, fill in FILLED.items()}


@pytest.fixture(scope="module")
def deployed(aws: Aws, servers: dict[str, int], deployed_site: Site) -> Deployed:
    listener = LoadBalancer(aws, "bounds", servers).listener(port=80, rules={})
    parameters = {"ListenerArn": listener.arn, "DefaultAction": "404", "ActivePriority": "2", **LONGEST}
    return Deployed(aws, deploy_like(aws, deployed_site.stack, "bounds", parameters))


def test_every_parameter_that_a_function_reads_is_looked_at_here() -> None:
    assert ACCEPTED.keys() == REFUSED.keys() == VARIABLES.keys()


def test_texts_at_their_bounds_start_both_functions_and_fit_into_their_environment(deployed: Deployed) -> None:
    texts = {name for name in VARIABLES if "MaxLength" in PARAMETERS[name]}
    assert texts == FILLED.keys()

    assert deployed.said() == ""
    for function in (deployed.stack.responder, deployed.stack.switcher):
        configuration = deployed.aws.client("lambda").get_function_configuration(FunctionName=function)
        measured = json.dumps(configuration["Environment"]["Variables"], ensure_ascii=False, separators=(",", ":"))
        assert len(measured.encode()) <= ENVIRONMENT_BYTES, function


@pytest.mark.parametrize("parameter", ACCEPTED)
def test_what_the_form_accepts_its_function_starts_with(deployed: Deployed, parameter: str) -> None:
    for value in ACCEPTED[parameter]:
        assert _form_accepts(parameter, value), value
        assert deployed.refusal(parameter, value) == "", value


@pytest.mark.parametrize("parameter", REFUSED)
def test_what_its_function_refuses_the_form_refuses(deployed: Deployed, parameter: str) -> None:
    for value in REFUSED[parameter]:
        assert not _form_accepts(parameter, value), value
        assert deployed.refusal(parameter, value), value


@pytest.mark.parametrize("parameter", FOR_THE_FUNCTION_ONLY)
def test_what_no_pattern_can_tell_its_function_refuses(deployed: Deployed, parameter: str) -> None:
    for value in FOR_THE_FUNCTION_ONLY[parameter]:
        assert _form_accepts(parameter, value), value
        assert deployed.refusal(parameter, value), value


@pytest.mark.parametrize("parameter", FILLED)
def test_a_text_beyond_its_bound_is_refused(parameter: str) -> None:
    assert _form_accepts(parameter, LONGEST[parameter])
    assert not _form_accepts(parameter, FILLED[parameter](PARAMETERS[parameter]["MaxLength"] + 2))


def _form_accepts(parameter: str, value: str) -> bool:
    """Whether CloudFormation would take the value."""
    form = PARAMETERS[parameter]
    if form["Type"] == "Number":
        number = float(value) if re.fullmatch(r"-?\d+(\.\d+)?", value) else float("nan")
        return form["MinValue"] <= number <= form["MaxValue"]
    if "AllowedValues" in form:
        return value in form["AllowedValues"]
    return len(value) <= form.get("MaxLength", len(value)) and bool(re.fullmatch(form["AllowedPattern"], value))
