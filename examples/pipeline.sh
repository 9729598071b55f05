#!/bin/sh
# Work in a maintenance window, for a deployment pipeline with the AWS CLI.
#
#   pipeline.sh run ./migrate.sh   starts maintenance, waits, runs the command and ends maintenance
#   pipeline.sh start              prints ours=true if this start closed the system: only then send the end
#   pipeline.sh end
#
# SWITCHER is the function's name or ARN, MINUTES the limit of the window, REASON a text without quotes. With
# ON_FAILURE=open a failed command opens the system, otherwise it stays closed until an end or the limit.
set -eu

answer=$(mktemp)
trap 'rm -f "$answer"' EXIT

send() {
  error=$(printf %s "$1" | aws lambda invoke --function-name "$SWITCHER" --payload fileb:///dev/stdin \
    --query FunctionError --output text "$answer")
  cat "$answer" >&2
  [ "$error" = None ]
}

start() {
  send "{\"type\":\"start\",\"minutes\":$MINUTES,\"reason\":\"$REASON\"}"
  # A start in the window of another process moves no rule.
  if grep -q '"moves":\[{' "$answer"; then ours=true; fi
  echo "ours=$ours"
  if grep -q '"state":"resting"' "$answer"; then return 1; fi
}

finish() {
  code=$?
  if [ "$ours" = true ] && { [ "$code" = 0 ] || [ "${ON_FAILURE-}" = open ]; }; then
    send '{"type":"end"}' || code=1
  fi
  rm -f "$answer"
  trap - EXIT
  exit "$code"
}

ours=false
case ${1-} in
  start) start ;;
  end) send '{"type":"end"}' ;;
  run)
    shift
    trap finish EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    start
    # Visitors see the switch about ten seconds later.
    sleep "${WAIT_SECONDS:-30}"
    "$@"
    ;;
  *)
    echo "pipeline.sh: ${1-nothing} is not start, end or run" >&2
    exit 2
    ;;
esac
