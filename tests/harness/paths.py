"""Where things are in the repository."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EVENTS = ROOT / "events"
LOGS = ROOT / ".tools" / "logs"


def tool(name: str) -> str:
    """Return a pinned tool: the one installed beside the Python that runs this, never one found elsewhere."""
    return str(Path(sys.executable).parent / name)
