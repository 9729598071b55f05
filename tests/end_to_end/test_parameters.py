"""The values that the template accepts, and the settings that the functions then refuse.

CloudFormation matches an AllowedPattern against the whole value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.harness.paths import EVENTS
from tests.harness.site import Site
from tests.harness.template import expanded_template

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: all variables of a function together, which
# Lambda measures as JSON.
ENVIRONMENT_BYTES = 4096

PARAMETERS: dict[str, Any] = expanded_template()["Parameters"]
LISTENER = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/shop/0123456789abcdef/0123456789abcdef"
GROUP = "arn:aws-cn:elasticloadbalancing:cn-north-1:123456789012:targetgroup/shop/0123456789abcdef"
# What goes into a rule: no wildcard in a wrong place, or it would close the site.
IN_RULES = {
    "ListenerArn",
    "SecondListenerArn",
    "DefaultAction",
    "SecondDefaultAction",
    "MaintenanceHosts",
    "PreviewPath",
    "StatusPath",
}

ACCEPTED: dict[str, list[str]] = {
    "ListenerArn": [LISTENER],
    "SecondListenerArn": ["", LISTENER],
    "DefaultAction": [GROUP, "https", "404", "own"],
    "SecondDefaultAction": ["", GROUP, "https"],
    "MaintenanceHosts": ["", "shop.example.com", "*.a.example,b.example,?.c.example,d-1.example"],
    "ActivePriority": ["1", "50000"],
    "PreviewPath": ["", "/maintenance-preview", "/a/.preview/"],
    "StatusPath": ["", "/maintenance-status.json", "/a/~state/@1"],
    "StartSchedule": ["", "cron(0 22 ? * SUN *)", "at(2027-01-31T22:00:00)"],
    "ScheduleTimeZone": ["UTC", "America/Argentina/Buenos_Aires"],
    "MaxDurationMinutes": ["0", "1", "9999", "43200"],
    "MaintenancePageUrl": ["/", "/a%20b/", "https://status.example.com", "http://[::1]:8080/a;b=c?d=/../e#f"],
    "RedirectPathPattern": ["^/a(/|$)", r"(?i)^/(?:shop|(?P<cart>[a-z]+))/[^/]{2,3}\.html$"],
    "HomePath": ["/", "/shop/%EC%A0%90/..."],
    "UnavailableBody": ["", "{}", '[1, -2.5e3, {"a": [true, null]}]', '"점검 중"', "null", ' {\n"a":\t1}\r\n'],
    "SiteName": ["", "Shop & Co"],
    "PageTitle": ["", "Back at 5 & <soon>"],
    "PageMessage": ["", "one\ntwo"],
    "PageLanguage": ["", "ko", "de-AT", "zh-Hant-TW"],
    "StatusPageUrl": ["", "https://[::1]:8443/a;b=c?d=/../e#f"],
    "CorsAllowedOrigins": ["*", "none", "http://localhost:3000,https://a.example.com:65000,https://[::1]:80"],
    "HealthPathPattern": ["", "^/health$"],
    "NotificationEmail": ["", "ops@example.com"],
    "ResponderReservedConcurrency": ["0", "50"],
    "PermissionsBoundaryArn": ["", "arn:aws:iam::123456789012:policy/boundary", "arn:aws:iam::aws:policy/x/y"],
}

REFUSED: dict[str, list[str]] = {
    "ListenerArn": ["", "shop", GROUP, LISTENER.replace("/app/", "/net/"), f"{LISTENER}/*"],
    "SecondListenerArn": ["shop"],
    "DefaultAction": ["", LISTENER, "403", f"{GROUP}*"],
    "SecondDefaultAction": [LISTENER],
    # The quotas of Application Load Balancers: five values and five wildcards in a rule, of which the path takes one.
    "MaintenanceHosts": [
        "shop",
        "*",
        "shop.example.com,",
        "a.example, b.example",
        "a.example,b.example,c.example,d.example,e.example",
        "*.example.com,?hop-*.example.com,*.shop.example,*.example",
        f"{'a' * 125}.com",
    ],
    "ActivePriority": ["0", "50001", "first"],
    "PreviewPath": ["/", "preview", "//preview", "/preview?x", "/a/../b", "/.", "/*", "/%61", "/" + "a" * 100],
    "StatusPath": ["https://example.com/status", "/status?x", "/*"],
    "StartSchedule": ["rate(7 days)", "cron(0 22 * * ?)", "at(2027-01-31)"],
    "ScheduleTimeZone": ["", "+09:00"],
    "MaxDurationMinutes": ["-1", "43201", "50000", "1.5", "00"],
    "MaintenancePageUrl": ["a", "/a b", "ftp://example.com"],
    "RedirectPathPattern": ["", "/a b"],
    "HomePath": ["a", "https://example.com/a", "/a b"],
    # What a shell leaves of JSON without its quotation marks.
    "UnavailableBody": ["{message:Down}", "{'message':'Down'}", "Down", "<p>Down</p>"],
    "SiteName": ["one\ntwo"],
    "PageTitle": ["one\ntwo", "a\tb", "a\x7fb"],
    "PageMessage": ["one\r\ntwo", "a\tb"],
    "PageLanguage": ["d", "de_AT", "de-", "german language"],
    "StatusPageUrl": ["/status", "http://status.example.com"],
    "CorsAllowedOrigins": ["app.example.com", "https://app.example.com/", "https://a,", "*,https://a"],
    "HealthPathPattern": ["/a b"],
    "NotificationEmail": ["ops"],
    "ResponderReservedConcurrency": ["-1", "00", "1.5"],
    "PermissionsBoundaryArn": ["arn:aws:iam::123456789012:role/boundary"],
}

# A value that the form lets pass, or may let pass, and that the function refuses.
UNUSABLE: dict[str, str] = {
    "MaintenancePageUrl": "https://",
    "RedirectPathPattern": "^/a(",
    "RedirectBrowsers": "all",
    "HomePath": "//example.com",
    "PreviewPath": "/a/maintenance",
    "StatusPath": "/a/maintenance",
    "UnavailableBody": '{"a" 1}',
    "RetryAfterSeconds": "1.5",
    "SiteName": "one\ntwo",
    "PageTitle": "one\ntwo",
    "PageMessage": "a\tb",
    "PageLanguage": "de_AT",
    "StatusPageUrl": "https://me@status.example.com",
    "CorsAllowedOrigins": "https://*.example.com",
    "HealthPathPattern": "*/health",
    "ActivePriority": "1.5",
    "RestingPriority": "1",
    "MaxDurationMinutes": "43201",
}

HANGUL = "한"
# The longest value of each text: of three-byte characters, and where only ASCII is accepted, of what JSON escapes.
LONGEST: dict[str, Callable[[int], str]] = {
    "MaintenancePageUrl": lambda n: "/" + "a" * (n - 1),
    "RedirectPathPattern": lambda n: r"\." * (n // 2),
    "UnavailableBody": lambda n: f'"{HANGUL * (n - 2)}"',
    "SiteName": lambda n: HANGUL * n,
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


def _variables() -> dict[str, tuple[str, str]]:
    """Return the function and the variable of each parameter that is passed on as it is."""
    functions = {
        logical: resource["Properties"]["Environment"]["Variables"]
        for logical, resource in expanded_template()["Resources"].items()
        if resource["Type"] == "AWS::Lambda::Function"
    }
    return {
        value["Ref"]: (logical, variable)
        for logical, variables in functions.items()
        for variable, value in variables.items()
        if "Ref" in value
    }


VARIABLES = _variables()


@pytest.mark.parametrize("parameter", ACCEPTED)
def test_form_accepts_usable_values(parameter: str) -> None:
    assert [value for value in ACCEPTED[parameter] if not _accepts(parameter, value)] == []


@pytest.mark.parametrize("parameter", REFUSED)
def test_form_refuses_unusable_values(parameter: str) -> None:
    assert [value for value in REFUSED[parameter] if _accepts(parameter, value)] == []


def test_every_pattern_is_tested() -> None:
    patterns = {name for name, parameter in PARAMETERS.items() if "AllowedPattern" in parameter}

    assert patterns - ACCEPTED.keys() == patterns - REFUSED.keys() == {"EndSchedule", "SwitcherReservedConcurrency"}
    for name in patterns - IN_RULES:
        assert len(PARAMETERS[name]["AllowedPattern"]) <= 80, name


def test_longest_texts_fit_into_the_environment() -> None:
    texts = {name: fill(PARAMETERS[name]["MaxLength"]) for name, fill in LONGEST.items()}
    values = dict.fromkeys(VARIABLES, "navigations") | texts

    assert texts.keys() == {name for name in VARIABLES if "MaxLength" in PARAMETERS[name]}
    assert [name for name, text in texts.items() if not _accepts(name, text)] == []
    variables = {variable: values[name] for name, (function, variable) in VARIABLES.items() if "Resp" in function}
    measured = json.dumps(variables, ensure_ascii=False, separators=(",", ":"))
    assert len(measured.encode()) <= ENVIRONMENT_BYTES


def test_functions_start_with_the_longest_texts(site: Site) -> None:
    texts = {VARIABLES[name][1]: fill(PARAMETERS[name]["MaxLength"]) for name, fill in LONGEST.items()}

    with site.stack.configured(site.stack.responder, **texts):
        assert _refusal(site) == ""


@pytest.mark.parametrize("parameter", VARIABLES)
def test_functions_name_a_variable_that_they_refuse(site: Site, parameter: str) -> None:
    logical, variable = VARIABLES[parameter]
    function = site.stack.responder if logical == "ResponderFunction" else site.stack.switcher

    with site.stack.configured(function, **{variable: UNUSABLE[parameter]}):
        assert variable in _refusal(site)


def _refusal(site: Site) -> str:
    """Return what the functions say of their settings: the switcher to any event, the responder to a health check."""
    status = site.stack.invoke(EVENTS / "status.json")
    health = site.stack.invoke(EVENTS / "alb-health-check.json", function=site.stack.responder).answer
    return (json.dumps(status.payload) if status.failed else "") + (
        health["body"] if health["statusCode"] == 500 else ""
    )


def _accepts(parameter: str, value: str) -> bool:
    """Whether CloudFormation would take the value."""
    form = PARAMETERS[parameter]
    if form["Type"] == "Number":
        number = float(value) if re.fullmatch(r"-?\d+(\.\d+)?", value) else float("nan")
        return form["MinValue"] <= number <= form["MaxValue"]
    return len(value) <= form.get("MaxLength", len(value)) and bool(re.fullmatch(form["AllowedPattern"], value))
