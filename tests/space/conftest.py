"""The app over a small board, really served, and a browser to look at it with."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from leaderboard import Leaderboard
from space.settings import Settings
from tests.space import making

CHROMIUM = shutil.which("chromium")
WIDE = {"width": 1280, "height": 900}


@pytest.fixture(scope="session")
def truth_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Test truth: of each of 6 patients a single-turn dialogue and one of 5 segmentation turns, in both languages."""
    return making.write_truth(tmp_path_factory.mktemp("truth") / "test.parquet")


@pytest.fixture(scope="session")
def prediction_rows() -> Callable[..., list[dict]]:
    """prediction_rows(shift, languages=("en", "zh")): rows of a predictions file; 0 is exact, more is worse."""
    return making.prediction_rows


@pytest.fixture
def write_predictions(tmp_path: Path) -> Callable[..., Path]:
    """Writes rows as a predictions file of that name with the right digest; the format follows the name."""
    return lambda rows, name="predictions.parquet": making.write_predictions(rows, tmp_path / name)


@contextmanager
def running(truth_file: Path, folder: Path, fill: Callable[[Leaderboard], None], **settings) -> Iterator:
    """The app over a store in `folder`, once `fill` has entered what it wants: a space.serving.Running."""
    from space.serving import opened, start  # the whole app; most tests need less

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    chosen = Settings(
        **{
            "truth": str(truth_file),
            "store": str(folder / "leaderboard.sqlite"),
            "data": "",
            "port": port,
            "max_file_mb": 4,
            "cache": str(folder / "cache"),
            **settings,
        }
    )
    recipe, boards = opened(chosen)
    fill(boards.ranked)
    served = start(chosen, recipe, boards)
    try:
        yield served
    finally:
        served.close()


@pytest.fixture(scope="session")
def served(truth_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    """A running app over a board with three submissions, one of which has markup and a script for a name."""
    folder = tmp_path_factory.mktemp("store")
    with running(truth_file, folder, lambda board: making.enter_some(board, folder)) as served:
        yield served


@pytest.fixture(scope="session")
def board(served) -> Leaderboard:
    """The ranked board of `served`."""
    return served.parts.boards.ranked


@pytest.fixture(scope="session")
def address(served) -> str:
    """The address of `served`, without a final slash."""
    return served.address


@pytest.fixture
def empty_address(truth_file: Path, tmp_path: Path) -> Iterator[str]:
    """The same of an app over a board without submissions."""
    with running(truth_file, tmp_path, lambda board: None) as served:
        yield served.address


@pytest.fixture(scope="session")
def serving(truth_file: Path) -> Callable:
    """serving(folder, fill, **settings): a context with another running app (Running) over the same truth."""
    return lambda folder, fill=lambda board: None, **settings: running(truth_file, folder, fill, **settings)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    if CHROMIUM is None:
        pytest.skip("no chromium on the PATH; install the Debian package chromium")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*arguments, "--no-first-run"])
        yield browser
        browser.close()


@pytest.fixture
def watched(browser: Browser) -> Iterator[Callable[..., Page]]:
    """watched(**options): a new page in a context of its own, with the options of Browser.new_context.

    The test fails when one of its pages logs an error, throws, or asks another computer for anything. A page's
    `complaints` may be emptied where a test means to cause them.
    """
    contexts, complaints = [], []

    def open_page(**options) -> Page:
        context = browser.new_context(**{"viewport": WIDE, **options})
        contexts.append(context)
        page = context.new_page()
        page.complaints = complaints
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: complaints.append(request.url) if _leaves(request.url) else None)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(watched: Callable[..., Page], address: str) -> Page:
    """The opened app in English, its table filled; see `watched`."""
    page = watched()
    page.goto(address)
    expect(page.locator("#ranking .virtual-row").first).to_be_visible(timeout=20_000)
    return page


@pytest.fixture(scope="session")
def shoot() -> Callable[[Page, str], None]:
    """shoot(page, name): a picture of the whole page in the ignored folder screenshots/."""
    folder = Path(__file__).resolve().parents[2] / "screenshots"

    def take(page: Page, name: str) -> None:
        folder.mkdir(exist_ok=True)
        page.wait_for_timeout(400)  # let the page's transitions end
        page.screenshot(path=folder / f"{name}.png", full_page=True)

    return take


def _leaves(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme not in ("data", "blob") and parts.hostname not in ("127.0.0.1", "localhost")
