"""Commands with which people look at a sample of the questions, and with which their decisions are applied."""

from __future__ import annotations

import getpass
import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.options import PLACES, example
from commands.terminal import console

if TYPE_CHECKING:
    from authoring.reviewing import Agreement

SHOWN = 50


class SplitName(StrEnum):
    """The splits of a release."""

    train = "train"
    validation = "validation"
    test = "test"


class LanguageName(StrEnum):
    """The languages of a release."""

    en = "en"
    zh = "zh"


class Resolution(StrEnum):
    """What becomes of a question on which reviewers disagree."""

    refuse = "refuse"
    strict = "strict"


@example("mturn-seg review demo/release --reviewer 'Dr. Li' --share 0.1")
def review(
    release: Annotated[Path, typer.Argument(help="Release folder.")] = PLACES.release,
    reviewer: Annotated[str | None, typer.Option(help="Your name; by default that of your account.")] = None,
    decisions: Annotated[
        Path | None,
        typer.Option(help="JSON Lines file of the decisions; by default RELEASE-review-REVIEWER.jsonl beside it."),
    ] = None,
    share: Annotated[
        float | None, typer.Option(min=0, max=1, help="Share of the questions to look at; by default 0.1.")
    ] = None,
    number: Annotated[int | None, typer.Option(min=1, help="Number of questions, in place of a share.")] = None,
    split: Annotated[
        list[SplitName] | None, typer.Option(help="Split to look at; may be repeated; by default all.")
    ] = None,
    language: Annotated[
        list[LanguageName] | None, typer.Option(help="Language to look at; may be repeated; by default both.")
    ] = None,
    whole_dialogues: Annotated[
        bool, typer.Option(help="Take all questions of a dialogue or none, as `build --reviewed-only` needs it.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Seed of the sample. The same seed gives two reviewers the same.")] = 0,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the page; 0 takes any free one.")] = 7861,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
) -> None:
    """Look at a sample of the questions in a local page: accept, edit or reject each. Stop and go on at any time.

    Every decision is kept at once. The page is served to this computer alone and loads nothing from elsewhere.
    """
    from authoring.reviewing import Extent, sample
    from authoring.reviewing.page import serve
    from authoring.reviewing.session import ReviewSession
    from mturn_seg import LANGUAGES, SPLITS
    from release import read_release

    if share is not None and number is not None:
        raise typer.BadParameter("--share and --number; expected one of them")
    if share == 0:
        raise typer.BadParameter("--share 0; expected more")
    opened = read_release(release)
    name = reviewer if reviewer is not None else getpass.getuser()
    extent = Extent(
        share=0.1 if share is None else share,
        number=number,
        splits=_chosen(split, SPLITS),
        languages=_chosen(language, LANGUAGES),
        whole_dialogues=whole_dialogues,
    )
    kept = decisions or release.absolute().with_name(f"{release.absolute().name}-review-{_in_file_names(name)}.jsonl")
    session = ReviewSession(opened, sample(opened, extent, seed), name, kept)

    def tell(address: str) -> None:
        done = sum(session.counts().values())
        console.print(f"{len(session.sampled)} questions, {done} decided by {name}; decisions in {kept}")
        console.print(f"{address} (stop with Ctrl-C)")

    serve(session, port=port, open_browser=browser, ready=tell)
    counts = session.counts()
    told = ", ".join(f"{counts[choice]} {word}" for choice, word in _DONE.items())
    console.print(f"{sum(counts.values())} of {len(session.sampled)} decided: {told}")
    if counts:
        console.print(f"next: mturn-seg apply-review {release} {kept} --out REVIEWED")


_DONE = {"accept": "accepted", "edit": "edited", "reject": "rejected"}


@example("mturn-seg review-agreement release-review-li.jsonl release-review-wang.jsonl")
def review_agreement(
    decisions: Annotated[list[Path], typer.Argument(help="Decisions files of the reviewers, or one with all of them.")],
) -> None:
    """Print how far reviewers agree on the questions that they share: share, Cohen's kappa, and where they differ."""
    from authoring.reviewing import agreements, read_all

    for agreement in agreements(read_all(decisions)):
        _print_agreement(agreement)


@example("mturn-seg apply-review demo/release release-review-li.jsonl --out demo/reviewed")
def apply_review(
    release: Annotated[Path, typer.Argument(help="Release folder that was reviewed.")],
    decisions: Annotated[list[Path], typer.Argument(help="Decisions files of `review`.")],
    out: Annotated[Path, typer.Option(help="Release folder to write.")],
    resolve: Annotated[
        Resolution,
        typer.Option(help="Where reviewers disagree: refuse, or strict: a rejection wins, then an edit."),
    ] = Resolution.refuse,
) -> None:
    """Apply the decisions of reviewers to a release: edited questions replace, rejected ones go."""
    from authoring.reviewing import apply_review as apply

    applied = apply(release, decisions, out, resolve=resolve.value)
    console.print(f"reviewed: {applied.reviewed}")
    console.print(
        f"gone with rejected questions: {applied.questions_lost} questions, {applied.dialogues_lost} dialogues, "
        f"{applied.images_lost} images"
    )
    console.print(f"wrote {applied.folder}; next: mturn-seg build {applied.folder}")


def _chosen(given: list[StrEnum] | None, every: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in every if not given or name in given)


def _in_file_names(name: str) -> str:
    return re.sub(r"[^\w-]+", "-", name).strip("-") or "reviewer"


def _print_agreement(found: Agreement) -> None:
    from authoring.reviewing import CHOICES
    from console import add_row, counted, interval, new_table, print_whole

    shared = counted(found.common, "question")
    title = f"{found.first} and {found.second}: {shared} that both decided on"
    table = new_table(f"{title}\nrows: {found.first}, columns: {found.second}", "decision", *CHOICES)
    for choice, counts in zip(CHOICES, found.table.tolist(), strict=True):
        add_row(table, choice, *map(str, counts))
    print_whole(console, table)
    console.print(f"decided alike: {found.share:.1%} (95 % interval {interval(found.share_interval, '.1%')}, Wilson)")
    if found.kappa is None:
        console.print("Cohen's kappa: n/a, both chose one and the same everywhere")
    else:
        ends = interval(found.kappa_interval, ".3f")
        console.print(f"Cohen's kappa: {found.kappa:.3f} (95 % interval {ends}, Fleiss, Cohen and Everitt 1969)")
    if found.changed:
        console.print(f"left out, as the two saw different texts: {counted(found.changed, 'question')}")
    if found.disagreements:
        console.print("they differ on")
    for one, other in found.disagreements[:SHOWN]:
        console.print(f"  {one.item}: {_told(one)} / {_told(other)}")
        console.print(f"    {one.question}")
    if len(found.disagreements) > SHOWN:
        console.print(f"  and {len(found.disagreements) - SHOWN} more")


def _told(decision) -> str:
    remark = decision.text or decision.reason
    return f"{decision.reviewer} {decision.decision}" + (f" ({remark})" if remark else "")
