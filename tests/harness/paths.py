"""Where things are in the repository."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EVENTS = ROOT / "events"
# Of each of pytest's workers.
LOGS = ROOT / ".tools" / "logs" / os.environ.get("PYTEST_XDIST_WORKER", "")
# The pinned ones, beside the Python that runs this.
TOOLS = Path(sys.executable).parent
