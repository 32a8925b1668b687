"""RESULTS.md: a benchmark rewrites its own section and no other."""

from __future__ import annotations

from pathlib import Path

from benchmarks.results import write_section


def test_sections_are_appended_and_replaced_in_place(tmp_path: Path) -> None:
    file = tmp_path / "RESULTS.md"
    write_section("Building", "run building", "| 1 |", file)
    write_section("Overlap", "run overlap", r"\1 pairs", file)
    write_section("Building", "run building", "| 2 |", file)
    text = file.read_text(encoding="utf-8")
    assert text.count("## Building") == text.count("## Overlap") == 1
    assert text.index("| 2 |") < text.index("## Overlap") < text.index(r"\1 pairs")
    assert "| 1 |" not in text
    assert "`run overlap`" in text
