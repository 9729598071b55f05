"""The schedules, on the clock: no test invokes the switcher here."""

import time

from tests.harness.aws import Aws
from tests.harness.load_balancer import LoadBalancer
from tests.harness.site import RULES, Site
from tests.harness.stack import deploy_like
from tests.harness.wait import until

# A start that falls into the deployment would cost two more minutes.
DEPLOYS_WITHIN = 20


def test_schedules_start_and_end_maintenance(aws: Aws, servers: dict[str, int], deployed_site: Site) -> None:
    listener = LoadBalancer(aws, "night", servers).listener(port=80, rules=RULES)
    # A start in every second minute, beginning soon, and an end in those between.
    next_minute = int(time.time() + DEPLOYS_WITHIN) // 60 + 1
    parameters = {
        "ListenerArn": listener.arn,
        "DefaultAction": "404",
        "StartSchedule": f"cron({next_minute % 2}/2 * * * ? *)",
        "EndSchedule": f"cron({(next_minute + 1) % 2}/2 * * * ? *)",
        "ScheduleTimeZone": "UTC",
        "MaxDurationMinutes": "60",
    }
    site = Site(listener, deploy_like(aws, deployed_site.stack, "night", parameters))
    before = listener.order()

    # MiniStack looks at its schedules every ten seconds.
    until("the schedule has started maintenance", site.during_maintenance, within=180)
    assert listener.request("/b").status == 503
    until("the schedule has ended maintenance", lambda: not site.during_maintenance(), within=120)

    assert listener.order() == before
    assert listener.request("/b").body == "bff serves /b"
