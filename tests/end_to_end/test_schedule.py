"""The schedules themselves, on the wall clock: nobody calls the switcher here."""

from __future__ import annotations

import time

import pytest

from tests.harness.aws import Aws
from tests.harness.load_balancer import LoadBalancer
from tests.harness.site import RULES, Site
from tests.harness.stack import deploy_like
from tests.harness.wait import until

# Deployment, MiniStack's look at its schedules every ten seconds, and two minutes of the clock.
STARTS_WITHIN = 180
# A start that falls into the deployment would cost two more minutes.
DEPLOYS_WITHIN = 20
ENDS_WITHIN = 120


@pytest.fixture
def scheduled_site(aws: Aws, servers: dict[str, int], deployed_site: Site) -> Site:
    """Deploy with a start in every second minute, beginning soon, and an end in those between."""
    next_minute = int(time.time() + DEPLOYS_WITHIN) // 60 + 1
    listener = LoadBalancer(aws, "night", servers).listener(port=80, rules=RULES)
    parameters = {
        "ListenerArn": listener.arn,
        "DefaultAction": "404",
        "StartSchedule": f"cron({next_minute % 2}/2 * * * ? *)",
        "EndSchedule": f"cron({(next_minute + 1) % 2}/2 * * * ? *)",
        "ScheduleTimeZone": "UTC",
        "MaxDurationMinutes": "60",
    }
    return Site(listener, deploy_like(aws, deployed_site.stack, "night", parameters))


def test_one_schedule_starts_maintenance_and_another_ends_it(scheduled_site: Site) -> None:
    site = scheduled_site
    before = site.listener.order()

    until("the schedule has started maintenance", site.during_maintenance, within=STARTS_WITHIN)
    during = site.listener.request("/b").status
    until("the schedule has ended maintenance", lambda: not site.during_maintenance(), within=ENDS_WITHIN)

    assert during == 503
    assert site.listener.order() == before
    assert site.listener.request("/b").body == "bff serves /b"
