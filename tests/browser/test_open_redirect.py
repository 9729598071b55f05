"""A link to the page that somebody else has written leads nowhere else."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.harness.site import Site

# As an attacker may write them: browsers read a backslash as a slash and drop tabs and newlines, servers decode.
ATTACKS = [
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/%5Cevil.example",
    "%2F%2Fevil.example",
    "/%2Fevil.example",
    "/%252Fevil.example",
    "/%09/evil.example",
    "/%0A/evil.example",
    "/a/..//evil.example",
    "/.//evil.example",
    "https://evil.example/",
    "https:evil.example",
    "javascript:document.title='evil'",
    "JavaScript%3Adocument.title%3D'evil'",
    "data:text/html,evil",
    "/a/%22%3E%3Cmeta%20http-equiv=refresh%20content=%220;url=https://evil.example%22%3E",
    "/a/%22%3E%3Cscript%3Edocument.title='evil'%3C/script%3E",
]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_nobody_is_brought_anywhere_but_back_to_the_shop(closed_shop: Site, visit: Visit, scripts: bool) -> None:
    visitor = visit(java_script_enabled=scripts)
    tabs, links = {}, {}
    for attack in ATTACKS:
        tabs[attack], _ = visitor.open(f"{closed_shop.origin}/a/maintenance?from={attack}")
        links[attack] = tabs[attack].get_by_role("link").evaluate("link => link.href")
    assert {attack: link for attack, link in links.items() if not link.startswith(f"{closed_shop.origin}/")} == {}

    closed_shop.end()

    for tab in tabs.values():
        tab.bring_to_front()
        expect(tab.get_by_role("link", name="Try again now")).to_have_count(0)
        assert tab.url.startswith(f"{closed_shop.origin}/")
        assert tab.title() != "evil"
    assert visitor.origins() == {closed_shop.origin}


def test_nor_does_the_link_lead_elsewhere(closed_shop: Site, visit: Visit) -> None:
    # With scripts it asks for where it leads first.
    visitor = visit(java_script_enabled=False)
    tab = visitor.context.new_page()

    for attack in ATTACKS:
        tab.goto(f"{closed_shop.origin}/a/maintenance?from={attack}")
        with tab.expect_navigation():
            tab.get_by_role("link", name="Try again now").click()
        assert tab.url.startswith(f"{closed_shop.origin}/"), attack

    assert visitor.origins() == {closed_shop.origin}
