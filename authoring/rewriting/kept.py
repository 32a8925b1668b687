"""rewrites.jsonl: the accepted rewordings of a release, from which it can be made again without the model.

The file has a section for each run: a line with the prompt and all that the run depends on, then a line for each
template that got another wording. Templates that no line gives kept their wording.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from authoring.rewriting.errors import RewritingError
from release import Rewriting
from release.records import Language, Record, Sha256, Split, Words


class Prompted(Record):
    """The head of a section: which questions a model was asked to reword, and how."""

    kind: Literal["prompt"] = "prompt"
    language: Language
    splits: Annotated[list[Split], Field(min_length=1)]
    model: Words
    seed: int
    prompt_sha256: Sha256
    prompt: Words

    def rewriting(self) -> Rewriting:
        """What texts.jsonl says of each question that got its wording from here."""
        return Rewriting(model=self.model, prompt_sha256=self.prompt_sha256, seed=self.seed)


class Reworded(Record):
    """A template and the wording that was accepted for it."""

    kind: Literal["rewrite"] = "rewrite"
    template: Words
    text: Words


_LINE = TypeAdapter(Annotated[Prompted | Reworded, Field(discriminator="kind")])


@dataclass
class Section:
    """One run: its head, and the accepted texts by template."""

    head: Prompted
    texts: dict[str, str] = field(default_factory=dict)

    def covers(self, language: str, split: str) -> bool:
        """Whether the run reworded the questions of this language and split."""
        return self.head.language == language and split in self.head.splits


def read_kept(file: Path) -> list[Section]:
    """The sections of a file. Raises RewritingError naming the first line that is not as expected."""
    sections: list[Section] = []
    for number, line in enumerate(Path(file).read_bytes().splitlines(), 1):
        try:
            record = _LINE.validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            raise RewritingError(f"{file}:{number}: {first['msg']}; expected a prompt or a rewrite") from None
        if isinstance(record, Prompted):
            if hashlib.sha256(record.prompt.encode()).hexdigest() != record.prompt_sha256:
                raise RewritingError(f"{file}:{number}: prompt_sha256 is not that of the prompt beside it")
            sections.append(Section(record))
        elif not sections:
            raise RewritingError(f"{file}:{number}: a rewrite stands before any prompt; expected a prompt first")
        else:
            sections[-1].texts[record.template] = record.text
    return sections


def kept_bytes(sections: Iterable[Section]) -> bytes:
    """The file for these sections, templates in alphabetical order."""
    lines = []
    for section in sections:
        lines.append(section.head)
        lines += [Reworded(template=template, text=text) for template, text in sorted(section.texts.items())]
    return "".join(json.dumps(line.model_dump(), ensure_ascii=False) + "\n" for line in lines).encode()


def joined(earlier: Iterable[Section], later: Iterable[Section]) -> list[Section]:
    """Both, where a later section takes over the splits of its language from earlier ones."""
    later = list(later)
    found = []
    for section in earlier:
        language = section.head.language
        left = [split for split in section.head.splits if not any(run.covers(language, split) for run in later)]
        if left:
            found.append(Section(section.head.model_copy(update={"splits": left}), section.texts))
    return found + later
