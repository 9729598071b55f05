"""The values that the template's form accepts, and that the functions read all of them.

CloudFormation matches an AllowedPattern against the whole value.
"""

import json
import re
from typing import Any

import pytest

from tests.harness.paths import EVENTS
from tests.harness.site import Site
from tests.harness.template import expanded_template

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: all variables of a function together, which
# Lambda measures as JSON.
ENVIRONMENT_BYTES = 4096

TEMPLATE = expanded_template()
PARAMETERS: dict[str, Any] = TEMPLATE["Parameters"]
LISTENER = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/shop/0123456789abcdef/0123456789abcdef"
GROUP = "arn:aws-cn:elasticloadbalancing:cn-north-1:123456789012:targetgroup/shop/0123456789abcdef"

Values = dict[str, tuple[list[str], list[str]]]
# Name → values that the form accepts, and those that it refuses. These go into a rule: a wildcard in a wrong place
# would close the site.
IN_RULES: Values = {
    "ListenerArn": ([LISTENER], ["", "shop", GROUP, LISTENER.replace("/app/", "/net/"), f"{LISTENER}/*"]),
    "SecondListenerArn": (["", LISTENER], ["shop"]),
    "DefaultAction": ([GROUP, "https", "404", "own"], ["", LISTENER, "403", f"{GROUP}*"]),
    "SecondDefaultAction": (["", GROUP, "https"], [LISTENER]),
    # The quotas of Application Load Balancers: five values and five wildcards in a rule, of which the path takes one.
    "MaintenanceHosts": (
        ["", "shop.example.com", "*.a.example,b.example,?.c.example,d-1.example"],
        [
            *("shop", "*", "shop.example.com,", "a.example, b.example", f"{'a' * 125}.com"),
            "a.example,b.example,c.example,d.example,e.example",
            "*.example.com,?hop-*.example.com,*.shop.example,*.example",
        ],
    ),
    "PreviewPath": (
        ["", "/maintenance-preview", "/a/.preview/"],
        ["/", "preview", "//preview", "/preview?x", "/a/../b", "/.", "/*", "/%61", "/" + "a" * 100],
    ),
    "StatusPath": (["", "/maintenance-status.json", "/a/~state/@1"], ["https://example.com/status", "/status?x", "/*"]),
}
# What a function refuses later, or CloudFormation.
ELSEWHERE: Values = {
    "StartSchedule": (
        ["", "cron(0 22 ? * SUN *)", "at(2027-01-31T22:00:00)"],
        ["rate(7 days)", "cron(0 22 * * ?)", "at(2027-01-31)"],
    ),
    "ScheduleTimeZone": (["UTC", "America/Argentina/Buenos_Aires"], ["", "+09:00"]),
    "MaxDurationMinutes": (["0", "1", "9999", "43200"], ["-1", "43201", "50000", "1.5", "00"]),
    "MaintenancePageUrl": (["/", "/a%20b/", "https://[::1]:80/a;b=c?d=/../e#f"], ["a", "/a b", "ftp://example.com"]),
    "RedirectPathPattern": (["^/a(/|$)", r"(?i)^/(?:shop|(?P<cart>[a-z]+))/[^/]{2,3}\.html$"], ["", "/a b"]),
    "HomePath": (["/", "/shop/%EC%A0%90/..."], ["a", "https://example.com/a", "/a b"]),
    # Refused is what a shell leaves of JSON without its quotation marks.
    "UnavailableBody": (
        ["", "{}", '[1, -2.5e3, {"a": [true, null]}]', '"점검 중"', "null", ' {\n"a":\t1}\r\n'],
        ["{message:Down}", "{'message':'Down'}", "Down", "<p>Down</p>"],
    ),
    "SiteName": (["", "Shop & Co"], ["one\ntwo"]),
    "PageTitle": (["", "Back at 5 & <soon>"], ["one\ntwo", "a\tb", "a\x7fb"]),
    "PageMessage": (["", "one\ntwo"], ["one\r\ntwo", "a\tb"]),
    "PageLanguage": (["", "ko", "de-AT", "zh-Hant-TW"], ["d", "de_AT", "de-", "german language"]),
    "StatusPageUrl": (["", "https://[::1]:8443/a;b=c?d=/../e#f"], ["/status", "http://status.example.com"]),
    "CorsAllowedOrigins": (
        ["*", "none", "http://localhost:3000,https://a.example.com:65000,https://[::1]:80"],
        ["app.example.com", "https://app.example.com/", "https://a,", "*,https://a"],
    ),
    "HealthPathPattern": (["", "^/health$"], ["/a b"]),
    "NotificationEmail": (["", "ops@example.com"], ["ops"]),
    "ResponderReservedConcurrency": (["0", "50"], ["-1", "00", "1.5"]),
    "PermissionsBoundaryArn": (
        ["", "arn:aws:iam::123456789012:policy/boundary", "arn:aws:iam::aws:policy/x/y"],
        ["arn:aws:iam::123456789012:role/boundary"],
    ),
}

# What the longest value of each text begins with, and what fills it: characters of three bytes, or where the function
# accepts only ASCII, what JSON escapes.
LONGEST = {
    **dict.fromkeys(("SiteName", "PageTitle", "PageMessage"), ("", "한")),
    **dict.fromkeys(("RedirectPathPattern", "HealthPathPattern"), ("", r"\.")),
    **dict.fromkeys(("StatusPageUrl", "CorsAllowedOrigins"), ("https://", "a")),
    "UnavailableBody": ('"', "한"),
    "MaintenancePageUrl": ("/", "a"),
    "HomePath": ("/", "b"),
    "PreviewPath": ("/", "c"),
    "StatusPath": ("/", "d"),
    "PageLanguage": ("de", "-abcdefgh"),
}
# No variable of the functions accepts it.
UNUSABLE = "(\t("

# The variables of each function, and the parameters whose values they have.
SWITCHER, RESPONDER = (
    {
        variable: value["Ref"]
        for variable, value in TEMPLATE["Resources"][function]["Properties"]["Environment"]["Variables"].items()
        if "Ref" in value
    }
    for function in ("SwitcherFunction", "ResponderFunction")
)


@pytest.mark.parametrize(("parameter", "values"), (IN_RULES | ELSEWHERE).items())
def test_form_accepts_usable_values_alone(parameter: str, values: tuple[list[str], list[str]]) -> None:
    accepted, refused = values

    assert [value for value in accepted + refused if _accepts(parameter, value)] == accepted


def test_every_pattern_is_tested_and_readable() -> None:
    patterns = {name: form["AllowedPattern"] for name, form in PARAMETERS.items() if "AllowedPattern" in form}

    # Two have the pattern of another one.
    assert patterns.keys() == IN_RULES.keys() | ELSEWHERE.keys() | {"EndSchedule", "SwitcherReservedConcurrency"}
    assert [name for name, pattern in patterns.items() if name not in IN_RULES and len(pattern) > 80] == []


def test_longest_texts_fit_into_the_environment(site: Site) -> None:
    texts = {name: _longest(name) for name in RESPONDER.values() if "MaxLength" in PARAMETERS[name]}
    variables = {variable: texts.get(name, "navigations") for variable, name in RESPONDER.items()}

    assert [name for name, text in texts.items() if not _accepts(name, text)] == []
    assert len(json.dumps(variables, ensure_ascii=False, separators=(",", ":")).encode()) <= ENVIRONMENT_BYTES
    usable = {variable: texts[name] for variable, name in RESPONDER.items() if name in texts}
    with site.stack.configured(site.stack.responder, **usable):
        assert _health(site)["statusCode"] == 200


def test_functions_read_every_variable(site: Site) -> None:
    with site.stack.configured(site.stack.responder, **dict.fromkeys(RESPONDER, UNUSABLE)):
        health = _health(site)
    refused = []
    for variable in SWITCHER:
        with site.stack.configured(site.stack.switcher, **{variable: UNUSABLE}):
            refused.append(site.stack.invoke(EVENTS / "status.json").error)

    assert health["statusCode"] == 500
    assert sorted(json.loads(health["body"])["variables"]) == sorted(RESPONDER)
    assert [error.partition(" is ")[0] for error in refused] == list(SWITCHER)


def _health(site: Site) -> dict[str, Any]:
    """Return the responder's answer to the load balancer's health check, which names unusable settings."""
    return site.stack.invoke(EVENTS / "alb-health-check.json", function=site.stack.responder).answer


def _longest(parameter: str) -> str:
    begin, filling = LONGEST[parameter]
    end = '"' if begin == '"' else ""
    most = PARAMETERS[parameter]["MaxLength"] - len(end)
    return (begin + filling * most)[:most] + end


def _accepts(parameter: str, value: str) -> bool:
    form = PARAMETERS[parameter]
    return len(value) <= form.get("MaxLength", len(value)) and bool(re.fullmatch(form["AllowedPattern"], value))
