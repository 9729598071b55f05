"""Forms that are sent during maintenance lead back to a page, never to where they were sent."""

import pytest

from tests.browser.visitor import Visit, expect_to_be_back, expect_to_wait
from tests.harness.backends import Backend
from tests.harness.site import Site

# As in a page that was open when the maintenance started.
FORM = """([policy, action]) => {
    document.head.append(Object.assign(document.createElement("meta"), { name: "referrer", content: policy }));
    document.body.innerHTML = `<form method="post" action="${action}"><input name="wish"><button>Send</button>`;
}"""


@pytest.mark.parametrize(
    ("own", "policy", "place"),
    [
        (True, "same-origin", "/a/orders/new?draft=3"),
        (True, "no-referrer", "/a/orders/send"),
        # Such as a sign-in.
        (False, "unsafe-url", "/a"),
    ],
    ids=["with its page", "without its page", "from another site"],
)
def test_forms_lead_back_to_a_page(
    open_shop: Site, elsewhere: Backend, visit: Visit, own: bool, policy: str, place: str
) -> None:
    tab = visit().open("/a/orders/new?draft=3" if own else f"{elsewhere.origin('login')}/a")
    open_shop.start()

    tab.evaluate(FORM, [policy, f"{open_shop.origin}/a/orders/send?step=2"])
    tab.get_by_role("button").click()
    expect_to_wait(tab)
    open_shop.end()

    expect_to_be_back(tab, place)
