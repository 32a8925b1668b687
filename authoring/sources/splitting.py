"""Which split a patient belongs to: by the data set's own lists, or drawn so that new patients move nobody."""

import csv
import hashlib
from pathlib import Path

from authoring.errors import SourceError
from authoring.sources.cases import Splits, SplitTable
from release.records import Split


def official(splits: Splits, root: Path) -> dict[str, Split]:
    """The split of every patient that the lists or the table name.

    Raises SourceError where the table is missing, or has a patient twice or a word without a meaning.
    """
    listed = {patient: split for split, patients in splits.lists.items() for patient in patients}
    return (_read(splits.table, root / splits.table.file) if splits.table else {}) | listed


def drawn(splits: Splits, patient: str, seed: int) -> Split:
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
