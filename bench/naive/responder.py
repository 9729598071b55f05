"""The responder as a short script: a pattern, two answers, one line of log."""

import json
import re


def handler(event: dict, _context: object) -> dict:
    """Send the front end's visitors to the page and tell all others to come back."""
    path = event["path"]
    print(json.dumps({"message": "request during maintenance", "method": event["httpMethod"], "path": path}))
    if re.search("^/a(/|$)", path):
        return {"statusCode": 303, "headers": {"Location": "/a/maintenance", "Cache-Control": "no-store"}, "body": ""}
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store", "Retry-After": "300"}
    return {"statusCode": 503, "headers": headers, "body": json.dumps({"message": "Service Unavailable"})}
