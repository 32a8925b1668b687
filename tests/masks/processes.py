"""Interpreters of their own, for what depends on how the package is loaded or compiled."""

import os
import subprocess
import sys
from pathlib import Path

import masks

PACKAGE = Path(masks.__file__).parent


def python(*arguments, cwd=PACKAGE.parent, **environment):
    """What a new interpreter prints that starts beside the package; arguments as on its command line."""
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
