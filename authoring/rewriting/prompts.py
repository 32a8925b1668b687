"""What a model is asked: one prompt a language, kept as a text of its own so that a release can name it exactly."""

import hashlib
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
SLOT = "{question}"


@cache
def prompt(language: str) -> str:
    """The prompt in 'en' or 'zh', with the slot {question}."""
    return (FOLDER / f"prompt.{language}.md").read_text(encoding="utf-8")


@cache
def prompt_sha256(language: str) -> str:
    """The sha256 of the prompt with its slot."""
    return hashlib.sha256(prompt(language).encode()).hexdigest()


def filled(language: str, question: str) -> str:
    """The prompt for one question."""
    return prompt(language).replace(SLOT, question)
