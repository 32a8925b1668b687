"""Where the demo reads and writes; the command's defaults are the same places."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Places:
    """Folders and files of the demo, all below `root`."""

    root: Path = Path()

    @property
    def cache(self) -> Path:
        return self.root / ".cache/scans"

    @property
    def release(self) -> Path:
        return self.root / "demo/release"

    @property
    def data(self) -> Path:
        return self.root / "mturn-seg"

    @property
    def truth(self) -> Path:
        return self.root / "mturn-seg-truth"

    @property
    def test_truth(self) -> Path:
        return self.truth / "test.parquet"

    @property
    def validation_truth(self) -> Path:
        return self.truth / "validation.parquet"

    @property
    def predictions(self) -> Path:
        return self.root / "demo/predictions"

    @property
    def store(self) -> Path:
        return self.root / "demo/leaderboard.sqlite"

    @property
    def report(self) -> Path:
        return self.root / "demo/report.html"

    @property
    def overview(self) -> Path:
        return self.root / "demo/overview.png"
