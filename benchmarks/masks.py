"""Speed of `masks` beside other libraries: overlap and boundary distances of pairs, decoding and encoding of batches.

    python -m benchmarks.masks                                   # all groups; each writes its section of RESULTS.md
    python -m benchmarks.masks --only overlap --pairs 500 --rounds 1 --no-write
    python -m benchmarks.masks --device cuda                     # pairs on a GPU, beside what copying their bytes takes

The pairs are made up and always the same (benchmarks/pairs.py). Before anything is timed the results of every library
are compared with those of `masks`; where they differ the command fails. In each round every library runs once with one
thread and once with two, in an order that shifts, so that the machine's moods hit all of them. Libraries that are not
installed are left out: `make bench` installs them.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
from rich.console import Console

from benchmarks.comparison import Work, compare, markdown, rich_table
from benchmarks.pairs import Pairs, boundary_lengths, make_pairs
from benchmarks.peers import Peer, boundary, codec, ours, overlap, versions
from benchmarks.results import write_section
from benchmarks.timing import processor
from console import bar, counted
from masks import area_batch, dice, overlap_counts

STACK_SIZES = (256, 384, 512)
MASKS_A_STACK = 100
CUDA_PAIRS = 232_188


@dataclass(frozen=True)
class Group:
    """What is measured under one title."""

    title: str
    items: str  # what the speeds count
    mine: Peer
    peers: Sequence[Peer]
    works: Callable[[int, int], Iterator[Work]]  # pairs, seed
    notes: str


@cache
def _pairs(count: int, seed: int, noisy: bool) -> Pairs:
    return make_pairs(count, seed, noisy=noisy)


def _pairs_to_overlap(count: int, seed: int) -> Iterator[Work]:
    for title, noisy in (("smooth outlines", False), ("ragged outlines and specks", True)):
        pairs = _pairs(count, seed, noisy)
        yield Work(f"{title}: {_strings(pairs)}", pairs)


def _pairs_to_measure(count: int, seed: int) -> Iterator[Work]:
    for title, noisy, unequal in (
        ("smooth outlines", False, False),
        ("smooth outlines, columns 1.25 times as far apart as rows", False, True),
        ("ragged outlines and specks", True, False),
    ):
        pairs = present(_pairs(count, seed, noisy))
        if unequal:
            pairs = pairs.stretched(1.25)
        length = boundary_lengths(pairs.spread(1000)).mean()
        yield Work(f"{title}: {_strings(pairs)}, {length:,.0f} boundary pixels a mask", pairs, unequal)


def _stacks(count: int, seed: int) -> Iterator[Work]:
    for size in STACK_SIZES:
        stack = codec.make_stack(min(count, MASKS_A_STACK), size, seed)
        yield Work(f"{counted(len(stack), 'mask')} of {size} x {size}", stack)


def present(pairs: Pairs) -> Pairs:
    """The pairs whose prediction is not empty."""
    return pairs.take(np.flatnonzero(area_batch(pairs.pred, pairs.heights, pairs.widths)))


def _strings(pairs: Pairs) -> str:
    scores = dice(*overlap_counts(pairs.pred, pairs.truth, pairs.heights, pairs.widths, device="cpu"))
    low, middle, high = np.percentile(scores, (5, 50, 95))
    return (
        f"{counted(len(pairs), 'pair')}, {pairs.characters / (2 * len(pairs)):,.0f} characters a string, "
        f"Dice {low:.2f} / {middle:.2f} / {high:.2f} (5th, 50th, 95th percentile)"
    )


GROUPS = {
    "overlap": Group(
        "Masks: Dice and IoU",
        "pairs",
        ours.OVERLAP,
        overlap.PEERS,
        _pairs_to_overlap,
        "`masks` reads an Arrow column and checks every string in the same pass; the others are handed ready dicts. "
        "`iou` gives IoU only, merge and decode the counts that both scores follow from; decode runs on an "
        "evenly spread part of the pairs.",
    ),
    "boundary": Group(
        "Masks: HD95 and NSD",
        "pairs",
        ours.BOUNDARY,
        boundary.PEERS,
        _pairs_to_measure,
        f"HD95 and NSD at {boundary.TOLERANCE_MM:g} mm together, from strings; slow libraries on an evenly spread part "
        "of the pairs. Pairs with an empty prediction are left out: libraries define their distance differently.",
    ),
    "decode": Group(
        "Masks: decoding",
        "masks",
        ours.DECODE,
        codec.DECODERS,
        _stacks,
        "Strings to one bool array [N, H, W] in row-major order; `masks` checks them too. As it comes: N arrays of "
        "uint8 [H, W] in column-major order, not turned.",
    ),
    "encode": Group(
        "Masks: encoding",
        "masks",
        ours.ENCODE,
        codec.ENCODERS,
        _stacks,
        "From a bool array [N, H, W] in row-major order to strings; pycocotools needs np.asfortranarray for it, which "
        "is counted. Column-major: N arrays that are in that order already.",
    ),
}


def run_group(group: Group, pairs: int, seed: int, rounds: int, console: Console) -> str:
    """Measures and prints one group; returns its Markdown."""
    parts = [
        f"{group.notes} Medians of {counted(rounds, 'round')}; faster by: how many times as fast `masks` is, median "
        "over the rounds, with two threads against the better of the library's two columns. "
        f"{processor()}; {', '.join(versions(group.peers))}."
    ]
    for work in group.works(pairs, seed):
        with bar(console, group.items) as progress:
            rows = compare(work, group.mine, group.peers, rounds, progress)
        console.print(rich_table(f"{group.title}, {work.title}", rows, group.items), highlight=False)
        parts.append(f"{work.title[0].upper()}{work.title[1:]}.\n\n{markdown(rows, group.items)}")
    return "\n\n".join(parts)


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the tables and keeps them in RESULTS.md, as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=list(GROUPS), help="one group instead of all")
    parser.add_argument("--pairs", type=_positive, default=5_000, help="pairs to make (default: %(default)s)")
    parser.add_argument("--rounds", type=_positive, default=5, help="(default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of the pairs (default: %(default)s)")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu", help="(default: %(default)s)")
    parser.add_argument(
        "--cuda-pairs", type=_positive, default=CUDA_PAIRS, help="the pairs again and again (default: %(default)s)"
    )
    parser.add_argument("--no-write", action="store_true", help="print only; leave RESULTS.md as it is")
    options = parser.parse_args(arguments)
    given = sys.argv[1:] if arguments is None else arguments
    command = shlex.join(["python", "-m", "benchmarks.masks", *given])
    console = Console()
    for title, measure in _sections(options, parser, console):
        text = measure()
        if not options.no_write:
            write_section(title, command, text)


def _sections(
    options: argparse.Namespace, parser: argparse.ArgumentParser, console: Console
) -> Iterator[tuple[str, Callable[[], str]]]:
    chosen = [options.only] if options.only else list(GROUPS)
    if options.device == "cpu":
        for name in chosen:
            group = GROUPS[name]
            yield group.title, partial(run_group, group, options.pairs, options.seed, options.rounds, console)
        return
    from benchmarks import cuda

    if fault := cuda.unavailable():
        parser.error(fault)
    if not set(chosen) & set(cuda.MEASURES):
        parser.error(f"--device cuda measures {' and '.join(cuda.MEASURES)}, not {options.only}")
    pairs = _pairs(options.pairs, options.seed, False)
    for name, what in cuda.MEASURES.items():
        if name in chosen:
            yield what.title, partial(cuda.measure, what, pairs, options.cuda_pairs, options.rounds, console)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number}, but a positive integer was expected")
    return number


if __name__ == "__main__":
    main()
