"""The schedules, on the clock: no test invokes the switcher here."""

import time

from tests.end_to_end.conftest import NewSite
from tests.harness.wait import until

# A start that falls into the deployment would cost two more minutes.
DEPLOYS_WITHIN = 20


def test_schedules_start_and_end_maintenance(new_site: NewSite) -> None:
    # A start in every second minute, beginning soon, and an end in those between.
    next_minute = int(time.time() + DEPLOYS_WITHIN) // 60 + 1
    start, end = (f"cron({minute % 2}/2 * * * ? *)" for minute in (next_minute, next_minute + 1))
    site = new_site("night", StartSchedule=start, EndSchedule=end, MaxDurationMinutes="60")
    before = site.listener.order()

    # MiniStack looks at its schedules every ten seconds.
    until("the schedule has started maintenance", site.during_maintenance, within=180)
    assert site.listener.request("/b").status == 503
    until("the schedule has ended maintenance", lambda: not site.during_maintenance(), within=120)

    assert site.listener.order() == before
    assert site.listener.request("/b").body == "bff serves /b"
