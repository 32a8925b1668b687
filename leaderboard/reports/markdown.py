"""A report as a folder: report.md and its figures as PNG files beside it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from leaderboard.exports.escaping import markdown_link, markdown_table, markdown_text
from leaderboard.reports.blocks import Block, Facts, Link, Picture, Prose, Report, Section, Text

REPORT = "report.md"


def write_folder(report: Report, folder: Path | str) -> Path:
    """Write the report and its figures; returns the path of report.md. The folder appears whole or not at all.

    Raises FileExistsError when the folder exists and holds anything, OSError when it cannot be written.
    """
    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(f"{folder} exists; expected a new or an empty folder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        beside.chmod(0o755)  # mkdtemp makes folders that only their owner may read
        for picture in _pictures(report):
            (beside / f"{picture.name}.png").write_bytes(picture.draw("png"))
        (beside / REPORT).write_text(to_markdown(report), encoding="utf-8")
        if folder.exists():
            folder.rmdir()
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return folder / REPORT


def to_markdown(report: Report) -> str:
    """The text of report.md; all text of the report is escaped. Figures are named `<name>.png`."""
    parts = [f"# {markdown_text(report.title)}", markdown_text(report.lead)]
    parts.extend(_section(section) for section in report.sections)
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _pictures(report: Report) -> list[Picture]:
    return [block for section in report.sections for block in section.blocks if isinstance(block, Picture)]


def _section(section: Section) -> str:
    return "\n\n".join([f"{'#' * section.level} {markdown_text(section.title)}", *map(_block, section.blocks)])


def _block(block: Block) -> str:
    if isinstance(block, Prose):
        return markdown_text(block.text)
    if isinstance(block, Picture):
        return f"![{block.name}]({block.name}.png)\n\n*{markdown_text(block.caption)}*"
    if isinstance(block, Facts):
        return markdown_table(["", ""], [[markdown_text(name), _text(value)] for name, value in block.items]).strip()
    rows = [[markdown_text(cell) for cell in row] for row in block.rows]
    return markdown_table([markdown_text(name) for name in block.header], rows).strip()


def _text(text: Text) -> str:
    return markdown_link(text.text, text.address) if isinstance(text, Link) else markdown_text(text)
