"""A setting that no pattern of the template can refuse, and that the responder cannot use."""

from __future__ import annotations

from tests.harness.paths import EVENTS
from tests.harness.site import Site


def test_the_responder_stays_up_with_its_default_and_tells_the_health_check(site_in_maintenance: Site) -> None:
    site = site_in_maintenance

    with site.stack.configured(site.stack.responder, REDIRECT_PATH_PATTERN="^/a("):
        visitor = site.listener.request("/a/x")
        check = site.stack.invoke(EVENTS / "alb-health-check.json", function=site.stack.responder).answer

    assert visitor.status == 303
    assert check["statusCode"] == 500
    assert "REDIRECT_PATH_PATTERN" in check["body"]
