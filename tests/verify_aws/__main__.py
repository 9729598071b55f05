"""Runs the main job and asks the open questions, deletes both stacks, and prints one table: `make verify-aws`.

On AWS it takes about an hour, most of which is the wait for alarms. CI runs it on the emulated AWS, so that
the program itself is known to work; what the emulator cannot answer is "not here" there.
"""

import sys
import time
from collections.abc import Callable
from functools import partial

from botocore.exceptions import BotoCoreError, ClientError

from tests.harness.load_balancer import Answer
from tests.verify_aws.trial import ACCOUNT, EMULATED, Trial

PAGE, STATUS = "/a/maintenance", "/maintenance-status.json"
# As long as a message may be, of three-byte letters, with what JSON has to escape.
MESSAGE = '"점검 중" \\ '.ljust(255, "곧")
POLICY, ORIGIN = "default-src 'self'", "https://other.example"
ATTRIBUTES = {"content_security_policy": POLICY, "access_control_allow_origin": ORIGIN}
# Minutes until each alarm has to be raised, counted from the one before it.
ALARMS = {"switch-failed": 15, "event-lost": 30, "check-missing": 45}
CLOSED = "refused or not, the system stays closed, published as such, and keeps its tags"
# A failed invocation is an AssertionError; what is not there after a refused update, one of the last two.
REFUSALS = (BotoCoreError, ClientError, OSError, RuntimeError, AssertionError, LookupError, ValueError)

Seen = tuple[bool, str]  # whether it is as expected, and what was seen
Probe = Callable[[Trial], Seen]
# The question, what the documents of this project rest on, how to ask, and whether the emulator answers as AWS does.
QUESTIONS: list[tuple[str, str, Probe, bool]] = []


def asks(question: str, expected: str, *, here: bool = True) -> Callable[[Probe], None]:
    """Add a question; they are asked in this order."""
    return lambda probe: QUESTIONS.append((question, expected, probe, here))


def _is_closed(answer: Answer) -> bool:
    return answer.headers.get("x-maintenance-mode") == "on"


def _is_open(answer: Answer) -> bool:
    return answer.status == 200 and not _is_closed(answer)


@asks("Registration with a wildcard SourceArn", "the function is a target", here=False)
def _registration(trial: Trial) -> Seen:
    group = trial.output("ResponderTargetGroupArn")
    targets = trial.elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    return len(targets) == 1, ", ".join(target["TargetHealth"]["State"] for target in targets) or "no target"


@asks("Four MaintenanceHosts and a StatusPath, at rest", "four names in one condition; 200 at /a, /b, /c, 404 at /")
def _hosts(trial: Trial) -> Seen:
    names = f"{trial.host},a.trial.example,*.b.trial.example,*.c.trial.example"
    changed = {"MaintenanceHosts": names, "StatusPath": STATUS, "StatusPriority": "1", "ActivePriority": "2"}
    became, trial.at_rest = trial.update(changed, {}), trial.listener.order()
    conditions = {each["Field"]: each for each in trial.rule("MaintenanceRule")["Conditions"]}
    found = conditions["host-header"]["HostHeaderConfig"]["Values"]
    trial.seconds_until(STATUS, _is_open)
    statuses = [trial.visit(path).status for path in ("/a", "/b", "/c", "/")]
    return len(found) == 4 and statuses == [200, 200, 200, 404], f"{became}, {len(found)} names, {statuses}"


@asks("A start", "two taken priorities are swapped in one call, seen within a minute")
def _start(trial: Trial) -> Seen:
    answer = trial.send(type="start", minutes=120, reason="trial", message=MESSAGE)
    seconds = trial.seconds_until("/b", _is_closed)
    moves = sorted((move["from"], move["to"]) for move in answer["moves"])
    moved = trial.listener.order().items() - trial.at_rest.items()
    fits = moves == [(2, 50000), (50000, 2)] and len(moved) == 2 and seconds < 60
    return fits, f"moves {moves}, seen after {seconds:.1f} s"


@asks("IAM on SetRulePriorities, simulated", "allowed on the stack's two rules alone")
def _permission(trial: Trial) -> Seen:
    own, iam, rules = trial.resources, ACCOUNT.client("iam"), trial.listener.order()
    role = iam.get_role(RoleName=own["SwitcherRole"])["Role"]["Arn"]
    asked = {"PolicySourceArn": role, "ActionNames": ["elasticloadbalancing:SetRulePriorities"]}
    answers = {rule: iam.simulate_principal_policy(**asked, ResourceArns=[rule]) for rule in rules}
    allowed = {rule for rule in rules if answers[rule]["EvaluationResults"][0]["EvalDecision"] == "allowed"}
    return allowed == {own["MaintenanceRule"], own["PlaceholderRule"]}, f"{len(allowed)} of {len(rules)} allowed"


@asks("Visitors in a window", "303 from /a to the page, 503 with Retry-After at the page and at /b")
def _in_window(trial: Trial) -> Seen:
    answers = [trial.visit(path) for path in ("/a/cart", PAGE, "/b")]
    seen = [(answer.status, *sorted(answer.headers.keys() & {"location", "retry-after"})) for answer in answers]
    return seen == [(303, "location"), (503, "retry-after"), (503, "retry-after")], str(seen)


@asks("A message of 255 Korean letters and quotes", "DescribeRules and visitors get it unchanged")
def _message(trial: Trial) -> Seen:
    seconds = trial.seconds_until(STATUS, lambda answer: answer.json()["message"] == MESSAGE)
    return trial.published()["message"] == MESSAGE, f"visitors got it {seconds:.1f} s after the start"


@asks("The status for other methods", "200 without Cache-Control for HEAD, POST and OPTIONS")
def _methods(trial: Trial) -> Seen:
    answers = [trial.visit(STATUS, method) for method in ("HEAD", "POST", "OPTIONS")]
    seen = [(answer.status, answer.headers.get("cache-control")) for answer in answers]
    return seen == [(200, None)] * 3, str(seen)


@asks("Listener attributes for CSP and CORS", "they replace the headers of page, responder and status")
def _attributes(trial: Trial) -> Seen:
    full = [{"Key": f"routing.http.response.{key}.header_value", "Value": ATTRIBUTES[key]} for key in ATTRIBUTES]
    trial.elb.modify_listener_attributes(ListenerArn=trial.listener.arn, Attributes=full)
    trial.seconds_until(PAGE, lambda answer: answer.headers.get("content-security-policy") == POLICY)
    origins = [trial.visit(path).headers.get("access-control-allow-origin") for path in (PAGE, "/b", STATUS)]
    return origins == [ORIGIN] * 3, f"CSP replaced, allowed origins {origins}"


@asks("An end", "every rule is where it was, seen within a minute")
def _end(trial: Trial) -> Seen:
    trial.send(type="end")
    seconds, moved = trial.seconds_until("/b", _is_open), trial.listener.order().items() - trial.at_rest.items()
    return not moved and seconds < 60, f"moved {sorted(moved)}, seen after {seconds:.1f} s"


def _update(trial: Trial, **changed: str) -> Seen:
    """Update the stack in a window, and end it."""
    trial.send(type="start", minutes=120, reason="update")
    trial.elb.add_tags(ResourceArns=[trial.rule_arn], Tags=[{"Key": "owner", "Value": "trial"}])
    before = trial.listener.tags(trial.rule_arn)
    try:
        became, after = trial.update(changed, {"trial": "true"}), trial.listener.tags(trial.rule_arn)
        state, published = trial.send(type="status")["state"], trial.published()["state"]
    finally:
        trial.put_back()
    lost = sorted(before.items() - after.items())
    return state == published == "active" and not lost, f"{became}; {state}, published {published}, tags lost {lost}"


asks("The stack's tags changed in a window", CLOSED, here=False)(_update)
asks("PreviewPath changed in a window", CLOSED, here=False)(partial(_update, PreviewPath="/preview"))
asks("MaintenanceHosts changed in a window", CLOSED, here=False)(partial(_update, MaintenanceHosts=""))


@asks("First notices", "one OK of each alarm that notifies of it", here=False)
def _notices(trial: Trial) -> Seen:
    watch = ACCOUNT.client("cloudwatch")
    alarms = watch.describe_alarms(AlarmNamePrefix=f"{trial.name}-")["MetricAlarms"]
    names = [alarm["AlarmName"] for alarm in alarms if alarm["OKActions"]]
    histories = [watch.describe_alarm_history(AlarmName=name, HistoryItemType="Action") for name in names]
    notified = sum(bool(history["AlarmHistoryItems"]) for history in histories)
    return notified == len(names), f"{notified} of {len(names)}"


@asks("A broken switcher, and no checks", f"raised in turn: {', '.join(ALARMS)}", here=False)
def _alarms(trial: Trial) -> Seen:
    trial.send(type="start", minutes=120, reason="alarms")
    trial.seconds_until("/b", _is_closed)
    functions, raised = ACCOUNT.client("lambda"), ACCOUNT.client("cloudwatch").get_waiter("alarm_exists")
    with trial.configured(trial.switcher, ACTIVE_PRIORITY="none"):
        functions.get_waiter("function_updated_v2").wait(FunctionName=trial.switcher)
        ACCOUNT.client("scheduler").delete_schedule(Name=trial.resources["CheckSchedule"])
        functions.invoke(FunctionName=trial.switcher, InvocationType="Event", Payload=b'{"type":"end"}')
        started, seen = time.monotonic(), []
        for alarm, minutes in ALARMS.items():
            # The emulator's alarms see no metrics.
            attempts = {"Delay": 10, "MaxAttempts": 1 if EMULATED else minutes * 6}
            raised.wait(AlarmNames=[f"{trial.name}-{alarm}"], StateValue="ALARM", WaiterConfig=attempts)
            seen.append(f"{alarm} after {(time.monotonic() - started) / 60:.0f} min")
    return True, ", ".join(seen)


@asks("The stack deleted in a window", "the system is open, its rules are where they were")
def _deletion(trial: Trial) -> Seen:
    own, closed = trial.resources.values(), _is_closed(trial.visit("/b"))
    trial.delete()
    trial.seconds_until("/b", _is_open)
    moved = trial.listener.order().items() ^ {(rule, at) for rule, at in trial.at_rest.items() if rule not in own}
    return closed and not moved, f"open, moved {sorted(moved)}"


def main() -> int:
    """Work on the stacks that the arguments name; return 0 if all is as expected, 1 if not, 2 if it is no trial."""
    try:
        trial = Trial(*sys.argv[1:])
    except REFUSALS as error:
        print(f"✗ {error}", file=sys.stderr)
        return 2
    print("| question | expected | seen | verdict |\n|---|---|---|---|", flush=True)
    verdicts = set()
    try:
        for question, expected, probe, here in QUESTIONS:
            try:
                fits, seen = probe(trial)
            except REFUSALS as error:
                fits, seen = False, " ".join(str(error).split()).replace("|", "/")
            verdicts.add(verdict := "not here" if EMULATED and not here else "as expected" if fits else "differs")
            print(f"| {question} | {expected} | {seen} | {verdict} |", flush=True)
    finally:
        while trial.stacks:
            trial.delete()
    return int("differs" in verdicts)


if __name__ == "__main__":
    sys.exit(main())
