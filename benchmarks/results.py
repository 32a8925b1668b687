"""Keeps RESULTS.md: one section a benchmark, each rewritten by the command that it names."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

RESULTS = Path(__file__).with_name("RESULTS.md")
TITLE = "# Measured\n\nEach section is written by the command under its title.\n"


def write_section(title: str, command: str, text: str, file: Path = RESULTS) -> None:
    """Replaces the section `title` of RESULTS.md, or appends it; other sections stay as they are."""
    machine = (
        f"{os.cpu_count()} CPU cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    )
    section = f"## {title}\n\n`{command}` ({machine})\n\n{text.strip()}\n"
    present = file.read_text(encoding="utf-8") if file.exists() else TITLE
    pattern = re.compile(rf"^## {re.escape(title)}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    if pattern.search(present):
        # A function, because a replacement string would have its backslashes read as escapes.
        present = pattern.sub(lambda _: f"{section}\n", present)
    else:
        present = f"{present.rstrip()}\n\n{section}"
    file.write_text(f"{present.rstrip()}\n", encoding="utf-8")
