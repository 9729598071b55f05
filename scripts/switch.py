"""Send an event to the deployed switcher and show the answer to a person.

Called by `make start`, `make end` and `make status`. It runs `sam remote invoke`, so the account and region are those
of the terminal, and exits with 1 if the switch failed, which the SAM CLI itself does not.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

FUNCTION = "SwitcherFunction"


def main() -> int:
    """Send one event and print what came of it."""
    wanted = _arguments()
    event: dict[str, Any] = {"type": wanted.type}
    if wanted.minutes:
        # Text that is no number goes as it is: the function's refusal says what is accepted.
        event["minutes"] = int(wanted.minutes) if wanted.minutes.isdecimal() else wanted.minutes
    for field in ("until", "reason"):
        if getattr(wanted, field):
            event[field] = getattr(wanted, field)
    if wanted.dry_run:
        event["dryRun"] = True
    print(f"{wanted.stack}: {json.dumps(event)}\n", flush=True)
    answer = _invoke(wanted.sam, wanted.stack, event)
    if answer is None:
        return 1
    if "errorMessage" in answer:
        print(f"\n✗ {answer.get('errorType', 'error')}: {answer['errorMessage']}", file=sys.stderr)
        return 1
    _show(answer)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("type", choices=("start", "end", "status"))
    parser.add_argument("--stack", required=True, help="name of the deployed stack")
    parser.add_argument("--sam", default="sam", help="the SAM CLI")
    parser.add_argument("--minutes", default="", help="start: when maintenance ends at the latest, from now")
    parser.add_argument("--until", default="", help="start: the same as an RFC 3339 time")
    parser.add_argument("--reason", default="", help="start: what it is for")
    parser.add_argument("--dry-run", default="", help="start, end: anything but nothing shows what would be done")
    return parser.parse_args()


def _invoke(sam: str, stack: str, event: dict[str, Any]) -> dict[str, Any] | None:
    command = [sam, "remote", "invoke", FUNCTION, "--stack-name", stack, "--event", json.dumps(event)]
    # The invocation's log and the CLI's own errors go to the terminal as they are.
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        print(f"✗ {sam} remote invoke failed, see above", file=sys.stderr)
        return None
    return json.loads(done.stdout)


def _show(answer: dict[str, Any]) -> None:
    dry = ", a dry run: these moves were not made" if answer["dryRun"] else ""
    print(f"✓ {answer['type']}: {answer['outcome']}{dry}")
    for listener in answer["listeners"]:
        print(f"\n{listener['listenerArn'].split(':listener/')[-1]} is {_state(listener)}\n")
        _show_rules(listener)
        for warning in listener["warnings"]:
            print(f"\n  ! {warning['code']}: {warning['message']}")


def _state(listener: dict[str, Any]) -> str:
    if listener["state"] == "resting":
        return "NOT in maintenance"
    since = f" since {listener['since']}" if listener["since"] else ""
    until = f", until {listener['until']} at the latest" if listener["until"] else ", until somebody ends it"
    return f"IN MAINTENANCE{since}{until}"


def _show_rules(listener: dict[str, Any]) -> None:
    moved = {move["ruleArn"]: f"{move['from']} → {move['to']}" for move in listener["moves"]}
    header = ("priority", "moved", "matches", "does", "")
    rows = [
        (
            rule["priority"],
            moved.get(rule["ruleArn"], ""),
            " and ".join(rule["conditions"]) or "what is left",
            rule["action"],
            "◀ maintenance rule" if rule["ruleArn"] == listener["ruleArn"] else "",
        )
        for rule in listener["rules"]
    ]
    _table([header, *rows])


def _table(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  " + "   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


if __name__ == "__main__":
    sys.exit(main())
