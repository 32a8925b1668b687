"""Which split a patient belongs to: by the data set's own lists, or drawn so that new patients move nobody."""

import csv
import hashlib
from functools import cached_property
from pathlib import Path

from authoring.errors import SourceError
from authoring.sources.cases import Splits, SplitTable
from release.records import Split


class Division:
    """How the patients of some files are divided: by lists and table, the others by a seeded hash."""

    def __init__(self, splits: Splits, root: Path, seed: int):
        self._splits = splits
        self._root = root
        self._seed = seed
        self._met: set[str] = set()

    def split_of(self, name: str, patient: str) -> Split:
        """The split of a patient whom lists and table know by `name`.

        Raises SourceError where the table is missing, or has a patient twice or a word without a meaning.
        """
        self._met.add(name)
        return self._listed.get(name) or self._tabled.get(name) or _drawn(self._splits, patient, self._seed)

    def check(self) -> None:
        """Raises SourceError where a list names somebody who was not met, or the table nobody who was."""
        if not self._met:
            return
        if missing := sorted(self._listed.keys() - self._met):
            raise SourceError(
                f"splits: no file is that of {', '.join(missing)}; expected the lists to name patients by what "
                f"{{patient}} stands for, such as {min(self._met)}"
            )
        if self._tabled and not self._tabled.keys() & self._met:
            raise SourceError(
                f"{self._root / self._splits.table.file}: no file is that of one of its patients, such as "
                f"{min(self._tabled)}; expected names such as {min(self._met)}"
            )

    @cached_property
    def _listed(self) -> dict[str, Split]:
        return {patient: split for split, patients in self._splits.lists.items() for patient in patients}

    @cached_property
    def _tabled(self) -> dict[str, Split]:
        table = self._splits.table
        return _read(table, self._root / table.file) if table else {}


def _drawn(splits: Splits, patient: str, seed: int) -> Split:
    """The split that a hash of seed and patient draws by the shares. It depends on nobody else."""
    share = splits.train + splits.validation + splits.test
    digest = hashlib.sha256(f"{seed}:{patient}".encode()).digest()
    place = int.from_bytes(digest[:8], "big") / 2**64 * share
    if place < splits.test:
        return "test"
    return "validation" if place < splits.test + splits.validation else "train"


def _read(table: SplitTable, path: Path) -> dict[str, Split]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file, delimiter=table.separator))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SourceError(f"{path}: not a readable table ({error}); expected the data set's own splits") from None
    found: dict[str, Split] = {}
    for number, row in enumerate(rows, 2):
        place = f"{path}, line {number}"
        if not row.get(table.patient) or not row.get(table.split):
            raise SourceError(f"{place}: no {table.patient!r} or no {table.split!r}; expected both columns")
        patient, word = row[table.patient].strip(), row[table.split].strip()
        if word not in table.values:
            raise SourceError(f"{place}: split is {word!r}; expected one of {', '.join(table.values)}")
        if found.setdefault(patient, table.values[word]) != table.values[word]:
            raise SourceError(f"{place}: {patient!r} is in a second split; expected each patient in one")
    return found
