"""What the events of the submit tab and those of the API both do."""

from __future__ import annotations

from typing import Any

import gradio as gr

from space.access.identity import IdentityError
from space.page import Page
from space.submission.own import OwnSubmissions
from space.submission.submitting import Progress, Refusal, Submitting

_STAGES = {"checking": 0.1, "scoring": 0.4, "ranking": 0.9}


class Handlers:
    """One language of the page."""

    def __init__(self, page: Page):
        self.words = page.words
        self.own = OwnSubmissions(page.words, page.boards, page.watch)
        self._identity, self._rates = page.identity, page.rates
        self._submitting = Submitting(page.words, page.boards, page.watch, page.desk, page.rates)

    def user(self, profile: gr.OAuthProfile | None, request: gr.Request) -> str | None:
        """Who asks, or None for a visitor. Raises Refusal for a token that tells no user."""
        try:
            return self._identity.user(profile, request)
        except IdentityError as error:
            raise Refusal(self.words(error.key)) from None

    def known_user(self, profile: gr.OAuthProfile | None, request: gr.Request) -> str | None:
        """Who asks; None for a visitor, and where a token tells no user."""
        try:
            return self.user(profile, request)
        except Refusal:
            return None

    def signed_in(self, profile: gr.OAuthProfile | None, request: gr.Request) -> str:
        """Who asks. Raises Refusal for a visitor too."""
        user = self.user(profile, request)
        if user is None:
            raise Refusal(self.words("submit.sign_in_first"))
        return user

    def check(self, file: str | None, split: str, request: gr.Request, progress: gr.Progress) -> dict[str, Any]:
        """See Submitting.check."""
        return self._submitting.check(split, file, self._rates.visitor(request), self._stages(progress))

    def submit(
        self,
        file: str | None,
        split: str,
        description: dict[str, Any],
        request: gr.Request,
        profile: gr.OAuthProfile | None,
        progress: gr.Progress,
    ) -> dict[str, Any]:
        """See Submitting.submit."""
        user = self.user(profile, request)
        return self._submitting.submit(split, file, description, user, self._stages(progress))

    def _stages(self, progress: gr.Progress) -> Progress:
        return lambda stage: progress(_STAGES[stage], self.words(f"submit.stage_{stage}"))
