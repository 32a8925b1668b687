"""The Space's variables and secrets: which there are, what they are for, and where their values come from."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields

from leaderboard.files.limits import PREFIX as LIMIT_PREFIX
from leaderboard.files.limits import Limits
from publishing.errors import PublishError
from space.settings import PREFIX, Settings

#: The variables that a public leaderboard cannot do without: the form of each, and what it holds.
NEEDED = {
    "MTURN_SEG_TRUTH": ("hub:ORG/TRUTH/test.parquet", "the truth of the test split, in a private dataset repository"),
    "MTURN_SEG_STORE": ("hub:ORG/RESULTS", "where results are kept; a Space's own disk is emptied at every start"),
    "MTURN_SEG_DATA": ("hub:ORG/DATASET", "the published data set, to be browsed"),
    "MTURN_SEG_QUOTA_PER_DAY": ("2", "submissions of a user to the test split a day; else the truth can be guessed at"),
}
#: The secrets, and what each is for.
SECRETS = {"HF_TOKEN": "a token that reads the truth and writes ORG/RESULTS and ORG/RESULTS-private"}

_VARIABLES = [f"{PREFIX}{field.name.upper()}" for field in fields(Settings)]
_LIMITS = [f"{LIMIT_PREFIX}{field.name.upper()}" for field in fields(Limits)]
_TOKEN = re.compile(r"hf_\w{8,}", re.ASCII)


def checked_variables(given: Iterable[str]) -> dict[str, str]:
    """Variables by name, from texts NAME=VALUE; each is one that the app reads, with a value that it takes.

    Raises PublishError, and SpaceError or SubmissionError for a value out of range.
    """
    found = {}
    for text in given:
        name, sign, value = text.partition("=")
        if _TOKEN.search(text):
            raise PublishError(f"a token stands in the value of {name}; everybody can read variables, expected none")
        if not sign or not value:
            raise PublishError(f"{text!r} sets no variable; expected NAME=VALUE")
        if name not in (*_VARIABLES, *_LIMITS):
            raise PublishError(f"{name} is no setting of the app; expected one of {', '.join(_VARIABLES)}, or a limit")
        found[name] = value
    Settings.from_environment(found)
    Limits.from_environment(found)
    return found


def secrets_from(environment: Mapping[str, str] = os.environ, *, names: Iterable[str]) -> dict[str, str]:
    """The secrets of these names, whose values stand in the environment and nowhere else. Raises PublishError."""
    found = {}
    for name in names:
        if name not in SECRETS:
            raise PublishError(f"expected the name of a secret ({', '.join(SECRETS)}), without its value")
        if not environment.get(name):
            raise PublishError(f"{name} is not set in the environment; expected it there, not on the command line")
        found[name] = environment[name]
    return found
