"""Messages for the user's mistakes."""

from __future__ import annotations

from html import escape

import gradio as gr


def user_error(message: str) -> gr.Error:
    """A message box that stays until it is closed. Gradio shows its text as HTML, hence the escaping."""
    return gr.Error(escape(message, quote=False), duration=None, print_exception=False)
