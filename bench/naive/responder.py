"""The responder as a short script: a pattern, two answers, one line of log."""

import json
import os
import re
from typing import Any

REDIRECT = re.compile(os.environ.get("REDIRECT_PATH_PATTERN", r"^/a(/|$)"))
PAGE = os.environ.get("MAINTENANCE_PAGE_URL", "/a/maintenance")


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Send the front end's visitors to the page and tell all others to come back."""
    path = event["path"]
    print(json.dumps({"message": "request during maintenance", "method": event["httpMethod"], "path": path}))
    if REDIRECT.search(path):
        return {
            "statusCode": 303,
            "statusDescription": "303 See Other",
            "isBase64Encoded": False,
            "headers": {"Location": PAGE, "Cache-Control": "no-store"},
            "body": "",
        }
    return {
        "statusCode": 503,
        "statusDescription": "503 Service Unavailable",
        "isBase64Encoded": False,
        "headers": {"Content-Type": "application/json", "Cache-Control": "no-store", "Retry-After": "300"},
        "body": json.dumps({"message": "Service Unavailable"}),
    }
