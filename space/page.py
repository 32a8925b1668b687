"""What every tab is built from, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import gradio as gr

from space.words import Words

if TYPE_CHECKING:
    from space.access.identity import Identity
    from space.access.rates import Rates
    from space.board.boards import Boards
    from space.board.desk import Desk
    from space.board.watch import Watch
    from space.browsing import Dialogues
    from space.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What both languages of the page share."""

    settings: Settings
    boards: Boards
    watch: Watch
    desk: Desk
    identity: Identity
    rates: Rates
    dialogues: Dialogues | None = None  # None: no data set is given, so there is nothing to browse


@dataclass(frozen=True, kw_only=True)
class Page(Parts):
    """One language of the page."""

    words: Words
    names_api: bool  # the first page gives the API its names; on the others the same events are private
    tabs: gr.Tabs


@dataclass(frozen=True)
class Fill:
    """How a tab is brought up to date when it is opened: `act(request)` gives the values of `outputs`."""

    act: Callable[[gr.Request], tuple]
    outputs: list[gr.components.Component]
