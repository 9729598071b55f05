"""The way in, for `scripts/maintenance`."""

import sys
from pathlib import Path

try:
    # Python looks beside this file; the package is one folder up.
    sys.path[0] = str(Path(__file__).resolve().parents[1])
    from operators.command import run

    sys.exit(run())
except KeyboardInterrupt:
    sys.exit(130)
