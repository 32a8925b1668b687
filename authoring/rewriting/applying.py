"""Puts accepted rewordings into a release."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from authoring.rewriting.check import problem
from authoring.rewriting.errors import RewritingError
from authoring.rewriting.kept import Section, joined, kept_bytes, read_kept
from release import REWRITES, TEXTS, Dialogue, Origin, Release, ReleaseFolder, Text, Turn, read_release, write_release


@dataclass(frozen=True)
class Item:
    """One question in one language, with the turn that asks it, how it came about, and the structures of its image."""

    dialogue: Dialogue
    turn: Turn
    origin: Origin
    language: str
    unnamed: frozenset[str]

    @property
    def key(self) -> tuple[str, int, str]:
        return (self.dialogue.dialogue_id, self.turn.turn, self.language)

    @property
    def template(self) -> str:
        return getattr(self.origin.template, self.language)


@dataclass
class Applied:
    """What became of the questions that rewrites were made for: how many there are, how many got another wording, and
    why others that have one in the file did not."""

    questions: int = 0
    accepted: int = 0
    refused: Counter = field(default_factory=Counter)


def apply_rewrites(folder: Path | str, rewrites: Path | str, out: Path | str) -> Applied:
    """Writes a release with the rewordings of a rewrites.jsonl, found by template and language and checked again.

    A release authored from the same scans and seed gets the same bytes as the one that the file comes from. A question
    that people reviewed keeps its wording. Raises RewritingError for a file or release that cannot be used.
    """
    release = opened(folder)
    return write_reworded(release, read_kept(Path(rewrites)), out)


def opened(folder: Path | str) -> ReleaseFolder:
    """A release whose templates are known. Raises RewritingError where they are not."""
    release = read_release(folder)
    if TEXTS not in release.header.files:
        raise RewritingError(f"{folder} has no {TEXTS}; expected a release that was authored here, with its templates")
    return release


def items(release: ReleaseFolder) -> Iterator[Item]:
    """Every question in every language, without those that people reviewed.

    Raises RewritingError where texts.jsonl does not tell of the turns in the order of dialogues.jsonl.
    """
    structures = {
        annotation.image_id: frozenset(structure.id for structure in annotation.structures)
        for annotation in release.annotations()
    }
    for dialogue, origins in told(release):
        for turn, origin in zip(dialogue.turns, origins, strict=True):
            for language in turn.question.languages():
                if language not in origin.reviewed and getattr(origin.template, language) is not None:
                    yield Item(dialogue, turn, origin, language, structures[dialogue.image_id])


def told(release: ReleaseFolder) -> Iterator[tuple[Dialogue, list[Origin]]]:
    """Every dialogue with how its turns came about."""
    origins = release.origins()
    for dialogue in release.dialogues():
        found = [next(origins, None) for _ in dialogue.turns]
        for turn, origin in zip(dialogue.turns, found, strict=True):
            if origin is None or (origin.dialogue_id, origin.turn) != (dialogue.dialogue_id, turn.turn):
                expected = f"expected turn {turn.turn} of dialogue {dialogue.dialogue_id}, as in dialogues.jsonl"
                raise RewritingError(f"{release.folder / TEXTS}: a line is missing or out of place; {expected}")
        yield dialogue, found


def write_reworded(release: ReleaseFolder, sections: Sequence[Section], out: Path | str) -> Applied:
    """Writes a release with the rewordings of some runs, which replace those of earlier runs over the same questions.

    Raises RewritingError where two of the runs cover the same questions.
    """
    _refuse_overlap(sections)
    if REWRITES in release.header.files:
        sections = joined(read_kept(release.folder / REWRITES), sections)
    applied, chosen = Applied(), {}
    for item in items(release):
        section = _section_of(sections, item.language, item.dialogue.split)
        if section is None:
            continue
        applied.questions += 1
        text = section.texts.get(item.template)
        if text is None:
            continue
        fault = problem(item.template, text, item.language, item.turn.kind, item.unnamed)
        if fault is None:
            applied.accepted += 1
            chosen[item.key] = text
        else:
            applied.refused[fault] += 1
    write_release(
        out,
        release.annotations(),
        (_dialogue(dialogue, origins, sections, chosen) for dialogue, origins in told(release)),
        _images(release),
        _header(release, sections, applied),
        (origin for dialogue, origins in told(release) for origin in _origins(dialogue, origins, sections, chosen)),
        kept_bytes(sections),
    )
    return applied


def _refuse_overlap(sections: Sequence[Section]) -> None:
    seen: set[tuple[str, str]] = set()
    for section in sections:
        for split in section.head.splits:
            if (section.head.language, split) in seen:
                raise RewritingError(
                    f"two runs reworded language {section.head.language!r}, split {split!r}; expected one"
                )
            seen.add((section.head.language, split))


def _section_of(sections: Sequence[Section], language: str, split: str) -> Section | None:
    return next((section for section in sections if section.covers(language, split)), None)


def _header(release: ReleaseFolder, sections: Sequence[Section], applied: Applied) -> Release:
    models = " and ".join(dict.fromkeys(section.head.model for section in sections))
    told = f"{models}, {applied.accepted} of {applied.questions} questions accepted"
    return release.header.model_copy(
        update={"texts": release.header.texts.model_copy(update={"rewritten_by": told}), "files": {}}
    )


def _dialogue(dialogue: Dialogue, origins: Sequence[Origin], sections: Sequence[Section], chosen: dict) -> Dialogue:
    turns = []
    for turn, origin in zip(dialogue.turns, origins, strict=True):
        texts = {language: getattr(turn.question, language) for language in ("en", "zh")}
        for language in _in_reach(turn, origin, dialogue, sections):
            key = (dialogue.dialogue_id, turn.turn, language)
            texts[language] = chosen.get(key, getattr(origin.template, language))
        turns.append(turn.model_copy(update={"question": Text(**texts)}))
    return dialogue.model_copy(update={"turns": turns})


def _origins(
    dialogue: Dialogue, origins: Sequence[Origin], sections: Sequence[Section], chosen: dict
) -> Iterator[Origin]:
    for turn, origin in zip(dialogue.turns, origins, strict=True):
        rewritten = dict(origin.rewritten)
        for language in _in_reach(turn, origin, dialogue, sections):
            rewritten.pop(language, None)
            if (dialogue.dialogue_id, turn.turn, language) in chosen:
                rewritten[language] = _section_of(sections, language, dialogue.split).head.rewriting()
        yield origin.model_copy(update={"rewritten": dict(sorted(rewritten.items()))})


def _in_reach(turn: Turn, origin: Origin, dialogue: Dialogue, sections: Sequence[Section]) -> Iterator[str]:
    """The languages in which a turn gets the wording that was chosen, or its template back."""
    for language in turn.question.languages():
        known = language not in origin.reviewed and getattr(origin.template, language) is not None
        if known and _section_of(sections, language, dialogue.split) is not None:
            yield language


def _images(release: ReleaseFolder) -> Iterator[tuple[str, bytes]]:
    for annotation in release.annotations():
        if annotation.file in release.header.files:
            yield annotation.image_id, release.image(annotation)
