"""From a release to one whose questions a model has reworded."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from authoring.rewriting.applying import Applied, items, opened, write_reworded
from authoring.rewriting.asking import Limits, Outcome, Progress, Template, ask_for_all
from authoring.rewriting.cache import AnswerCache
from authoring.rewriting.endpoint import Endpoint
from authoring.rewriting.errors import RewritingError
from authoring.rewriting.kept import Prompted, Section
from authoring.rewriting.prompts import prompt, prompt_sha256
from mturn_seg import LANGUAGES
from release import ReleaseFolder

SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class Result:
    """What became of the questions (`applied`) and of the templates behind them (`outcome`)."""

    applied: Applied
    outcome: Outcome


def rewrite_release(
    folder: Path | str,
    out: Path | str,
    endpoint: Endpoint,
    *,
    cache: Path | str,
    languages: Collection[str] = LANGUAGES,
    splits: Collection[str] = SPLITS,
    seed: int = 0,
    limits: Limits | None = None,
    progress: Progress = lambda done, total: None,
) -> Result:
    """Writes a release whose questions have a model's wording wherever one was accepted.

    Questions with the same template get the same wording. Answers of the model are kept in `cache`, so a second run
    asks only what the first did not, and the same answers give the same bytes. Questions that people reviewed, and
    other languages and splits, stay as they are. `progress` takes (templates done, templates in all).

    Raises RewritingError for a release or setting that cannot be used, EndpointError where the endpoint fails.
    """
    chosen_languages = _chosen("languages", languages, LANGUAGES)
    chosen_splits = _chosen("splits", splits, SPLITS)
    limits = limits or Limits()
    for name, value in vars(limits).items():
        if value is not None and value < 1:
            raise RewritingError(f"{name} is {value}; expected 1 or more")
    release = opened(folder)
    templates = _templates(release, chosen_languages, chosen_splits)
    outcome = ask_for_all(templates, endpoint, seed, limits, AnswerCache(Path(cache)), progress)
    sections = [
        Section(
            Prompted(
                language=language,
                splits=chosen_splits,
                model=endpoint.model,
                seed=seed,
                prompt_sha256=prompt_sha256(language),
                prompt=prompt(language),
            ),
            {template.text: text for template, text in outcome.texts.items() if template.language == language},
        )
        for language in chosen_languages
    ]
    return Result(write_reworded(release, sections, out), outcome)


def _chosen(name: str, given: Collection[str], known: Collection[str]) -> list[str]:
    """What was given, in the order of what there is."""
    if not given or not set(given) <= set(known):
        raise RewritingError(f"{name} are {', '.join(given) or 'none'}; expected some of {', '.join(known)}")
    return [value for value in known if value in given]


def _templates(release: ReleaseFolder, languages: list[str], splits: list[str]) -> dict[Template, frozenset[str]]:
    """Every template with the structures of all images that it is asked of."""
    found: dict[Template, frozenset[str]] = {}
    for item in items(release):
        if item.language in languages and item.dialogue.split in splits:
            template = Template(item.language, item.turn.kind, item.template)
            found[template] = found.get(template, frozenset()) | item.unnamed
    return found
