"""Forms that are sent during maintenance lead back to a page, never to where they were sent."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SHOP, Visit
from tests.harness.backends import Backend
from tests.harness.site import Site

# As in a page that was open when the maintenance started.
FORM = """([policy, action]) => {
    document.head.append(Object.assign(document.createElement("meta"), { name: "referrer", content: policy }));
    document.body.innerHTML = `<form method="post" action="${action}"><input name="wish"><button>Send</button>`;
}"""


@pytest.mark.parametrize(
    ("policy", "place"),
    [("same-origin", "/a/orders/new?draft=3"), ("no-referrer", "/a/orders/send")],
    ids=["with its page", "without its page"],
)
def test_own_forms_lead_back(open_shop: Site, visit: Visit, policy: str, place: str) -> None:
    tab, _ = visit().open(f"{open_shop.origin}/a/orders/new?draft=3")
    open_shop.start()

    _send(tab, policy, "/a/orders/send?step=2")
    open_shop.end()

    _expect_to_be_back(tab, open_shop.origin + place)


def test_forms_from_other_sites_lead_home(closed_shop: Site, elsewhere: Backend, visit: Visit) -> None:
    tab, _ = visit().open(elsewhere.origin("login") + "/a")

    _send(tab, "unsafe-url", f"{closed_shop.origin}/a/saml/acs")
    closed_shop.end()

    _expect_to_be_back(tab, f"{closed_shop.origin}/a")


def _send(tab: Page, policy: str, action: str) -> None:
    tab.evaluate(FORM, [policy, action])
    tab.get_by_role("button").click()
    expect(tab.get_by_role("link", name="Try again now")).to_be_visible()


def _expect_to_be_back(tab: Page, place: str) -> None:
    expect(tab.get_by_role("heading", level=1)).to_have_text(SHOP)
    assert tab.url == place
