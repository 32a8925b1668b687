"""Messages for the user's mistakes."""

from __future__ import annotations

from html import escape

import gradio as gr

SECONDS_SHOWN = 20


def user_error(message: str) -> gr.Error:
    """A message box for long enough to be read. Gradio shows its text as HTML, hence the escaping."""
    return gr.Error(escape(message, quote=False), duration=SECONDS_SHOWN, print_exception=False)
