"""The make targets that operators use, in a terminal of their own."""

from __future__ import annotations

import subprocess

from tests.end_to_end.conftest import Site
from tests.harness.paths import ROOT
from tests.harness.sam import Sam


def _make(sam: Sam, *words: str) -> subprocess.CompletedProcess[str]:
    command = ["make", "--no-print-directory", "STACK=shop", *words]
    return subprocess.run(command, cwd=ROOT, env=sam.environment, capture_output=True, text=True, check=False)


def test_a_window_is_started_looked_at_and_ended_from_the_terminal(site: Site, sam: Sam) -> None:
    started = _make(sam, "start", "MINUTES=90", 'REASON=DB upgrade; it\'s "big" $HOME')
    status = _make(sam, "status")
    tags = site.listener.tags(site.stack.rule_arn)
    ended = _make(sam, "end")

    assert started.returncode == 0, started.stderr
    assert "✓ start: changed" in started.stdout
    assert tags["maintenance-mode:reason"].startswith("DB upgrade_ it_s _big_ ")
    assert "IN MAINTENANCE since" in status.stdout
    assert tags["maintenance-mode:until"] in status.stdout
    assert "✓ end: changed" in ended.stdout
    assert "NOT in maintenance" in ended.stdout
    assert not site.during_maintenance()


def test_the_rules_are_shown_as_the_load_balancer_asks_them(site: Site, sam: Sam) -> None:
    shown = _make(sam, "start", "DRY_RUN=1").stdout

    assert "these moves were not made" in shown
    table = [line.split() for line in shown.splitlines() if "path-pattern" in line]
    assert [(row[0], row[row.index("path-pattern:") + 1]) for row in table] == [
        ("1", "/a*"),
        ("2", "/b*"),
        ("3", "/c*"),
        ("50000", "/*"),
    ]
    assert "50000 → 1" in shown
    assert "1 → 2" in shown
    assert not site.during_maintenance()


def test_a_refused_event_fails_in_the_terminal_too(site: Site, sam: Sam) -> None:
    refused = _make(sam, "start", "MINUTES=ninety")

    assert refused.returncode != 0
    assert 'minutes: "ninety"' in refused.stderr
    assert "accepted: a whole number from 1 to 43200" in refused.stderr
    assert not site.during_maintenance()
