"""The about tab: task, metrics, the data that is scored here, and how to cite."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

from leaderboard import DataFacts
from space import cards

_TEXT = Path(__file__).parent.parent / "about.md"
_CITATION = Path(__file__).parents[2] / "CITATION.bib"
_FORMULAS = [{"left": "$$", "right": "$$", "display": True}, {"left": "$", "right": "$", "display": False}]


def build(data: DataFacts) -> None:
    """Lay the tab out; numbers come from the truth file that is loaded."""
    gr.HTML(cards.data_table(data), elem_id="data")
    gr.Markdown(_TEXT.read_text(encoding="utf-8"), latex_delimiters=_FORMULAS, elem_id="about-text")
    gr.Code(
        _CITATION.read_text(encoding="utf-8").strip(),
        language=None,
        show_label=False,
        interactive=False,
        wrap_lines=True,
        elem_id="citation",
    )
