"""Answers of a model on disk: what was asked once is not asked again."""

import hashlib
import json
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

from authoring.rewriting.errors import RewritingError
from authoring.rewriting.prompts import prompt_sha256


@dataclass(frozen=True)
class Asked:
    """One request: a question in a language, put to a model for the `attempt`-th time (1 for the first)."""

    model: str
    language: str
    text: str
    seed: int
    attempt: int

    def key(self) -> str:
        """The sha256 of all that an answer depends on."""
        told = [self.model, prompt_sha256(self.language), self.seed, self.attempt, self.text]
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


class AnswerCache:
    """A JSON Lines file that only grows; safe in several threads of one process.

    Raises RewritingError where a line of the file is no answer, save the last, which a killed run may have cut.
    """

    def __init__(self, file: Path):
        self.file = Path(file)
        self._answers: dict[str, str] = {}
        self._lock = threading.Lock()
        self._whole = True
        if self.file.exists():
            self._load()

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, asked: Asked) -> str | None:
        """The answer to a request; None where it was not asked yet."""
        return self._answers.get(asked.key())

    def add(self, asked: Asked, answer: str) -> None:
        """Keeps an answer, on disk before this returns."""
        line = json.dumps({"key": asked.key(), **asdict(asked), "answer": answer}, ensure_ascii=False)
        with self._lock:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with self.file.open("a", encoding="utf-8") as file:
                file.write(("" if self._whole else "\n") + line + "\n")
            self._whole = True
            self._answers[asked.key()] = answer

    def _load(self) -> None:
        lines = self.file.read_bytes().split(b"\n")
        self._whole = lines[-1] == b""
        for number, line in enumerate(lines, 1):
            try:
                if line:
                    entry = json.loads(line)
                    self._answers[entry["key"]] = str(entry["answer"])
            except (ValueError, TypeError, KeyError):
                # A line that a killed run cut is either the last one or ended later by the next run's.
                if number < len(lines) and line.endswith(b"}"):
                    raise RewritingError(
                        f"{self.file}:{number}: {line[:60]!r} is no kept answer; expected a JSON object with key and "
                        "answer"
                    ) from None
