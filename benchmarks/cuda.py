"""Pairs on a GPU: from bytes in the host's memory to scores in the host's memory, and what no code could go below."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import torch
from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.comparison import check_agreement
from benchmarks.pairs import Pairs
from benchmarks.peers import Peer, ours
from benchmarks.timing import Contender, processor, race
from console import bar, counted

GIGABYTE = 10**9


@dataclass(frozen=True)
class Measure:
    """What is measured on a GPU; run(pairs, threads, device) as in peers/ours.py."""

    title: str
    run: Callable[[Pairs, int | None, str], dict[str, Any]]


MEASURES = {
    "overlap": Measure("Masks on CUDA: Dice and IoU", ours.overlap),
    "boundary": Measure("Masks on CUDA: HD95 and NSD", ours.boundary),
}


def unavailable() -> str:
    """Why nothing can be measured on a GPU here, or ""."""
    if torch.cuda.is_available():
        return ""
    return f"--device cuda needs a CUDA device, but torch {torch.__version__} sees none"


def measure(what: Measure, pairs: Pairs, count: int, rounds: int, console: Console) -> str:
    """Compares the GPU's results with the CPU's on `pairs`, then times `count` of them; prints and returns a table.

    Raises DisagreementError if the two differ.
    """
    cpu = Peer("the CPU", (), lambda work, _: what.run(work, None, "cpu"))
    gpu = Peer("CUDA", (), lambda work, _: what.run(work, None, "cuda"))
    check_agreement(gpu, cpu, pairs)
    many = pairs.repeated(count)
    size = sum(buffer.size for side in (many.pred, many.truth) for buffer in side.buffers() if buffer)
    bandwidth = device_bandwidth()
    with bar(console, what.title) as progress:
        seconds = _times(cpu, gpu, many, size, rounds, progress)
    seconds["reading the strings once in the device's memory"] = size / bandwidth

    table = Table(title=f"{what.title}, {count:,} pairs", title_justify="left", box=box.SIMPLE, pad_edge=False)
    header = ("", "ms", "pairs/s")
    for name in header:
        table.add_column(name, justify="right" if name else "left")
    lines = [header, ("---",) * 3]
    for name, taken in seconds.items():
        lines.append((name, f"{1000 * taken:,.2f}", f"{count / taken:,.0f}"))
        table.add_row(*lines[-1])
    console.print(table, highlight=False)
    return (
        f"{counted(count, 'pair')}, {many.characters / (2 * count):,.0f} characters a string, {size / 1e6:,.0f} MB "
        f"with offsets, from Arrow columns to scores on the host. Medians of {counted(rounds, 'round')}. Kernels "
        "alone: the time during which any ran, by torch's profiler. Copying the strings, and reading them once at "
        f"{bandwidth / GIGABYTE:,.0f} GB/s as measured, are what no code can go below. "
        f"{torch.cuda.get_device_name()}, torch {torch.__version__}; {processor()}.\n\n"
    ) + "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _times(
    cpu: Peer, gpu: Peer, pairs: Pairs, size: int, rounds: int, progress: Callable[[int, int], object]
) -> dict[str, float]:
    """Seconds for all pairs by what they go to; size: bytes of their strings."""
    pinned = in_pinned_memory(pairs)
    pageable_bytes = torch.zeros(size, dtype=torch.uint8)
    pinned_bytes = pageable_bytes.pin_memory()
    on_device = torch.empty(size, dtype=torch.uint8, device="cuda")
    runs = {
        "CPU, all cores": lambda: cpu.run(pairs, 0),
        "CUDA, from pageable memory": lambda: gpu.run(pairs, 0),
        "CUDA, from pinned memory": lambda: gpu.run(pinned, 0),
        "copying the strings from pageable memory": lambda: _copy(on_device, pageable_bytes),
        "copying the strings from pinned memory": lambda: _copy(on_device, pinned_bytes),
    }
    contenders = {name: Contender(run, len(pairs)) for name, run in runs.items()}
    race(list(contenders.values()), rounds, progress=progress)
    seconds = {name: contender.items / contender.speed for name, contender in contenders.items()}
    busy = kernel_seconds(lambda: gpu.run(pinned, 0))
    if busy is not None:
        seconds["kernels alone"] = busy
    return seconds


def in_pinned_memory(pairs: Pairs) -> Pairs:
    """The same pairs with their strings in memory that a GPU reads without the CPU."""

    def pinned(side: pa.StringArray) -> pa.StringArray:
        _, offsets, data = side.buffers()
        held = [torch.frombuffer(bytearray(buffer), dtype=torch.uint8).pin_memory() for buffer in (offsets, data)]
        return pa.StringArray.from_buffers(len(side), *(pa.py_buffer(tensor.numpy()) for tensor in held))

    return replace(pairs, pred=pinned(pairs.pred), truth=pinned(pairs.truth))


def kernel_seconds(run: Callable[[], object]) -> float | None:
    """Time during which kernels ran on the GPU; None if the profiler may not look (it needs access to CUPTI)."""
    from torch.profiler import ProfilerActivity, profile

    torch.cuda.synchronize()
    with profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA]) as profiler:
        run()
        torch.cuda.synchronize()
    kernels = [
        (event.time_range.start, event.time_range.end)
        for event in profiler.events()
        if event.device_type == torch.autograd.DeviceType.CUDA and not event.name.startswith(("Memcpy", "Memset"))
    ]
    return covered(kernels) / 1e6 if kernels else None


def covered(spans: Iterable[tuple[float, float]]) -> float:
    """Length of the union of spans (start, end), which may overlap as kernels of several streams do."""
    total, reached = 0.0, -np.inf
    for start, end in sorted(spans):
        total += max(end - max(start, reached), 0)
        reached = max(reached, end)
    return total


def device_bandwidth(size: int = GIGABYTE, repeats: int = 10) -> float:
    """Bytes per second that a copy within the device's memory reads and writes."""
    source = torch.zeros(size, dtype=torch.uint8, device="cuda")
    target = torch.empty_like(source)
    best = np.inf
    for _ in range(repeats):
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        start.record()
        target.copy_(source)
        end.record()
        torch.cuda.synchronize()
        best = min(best, start.elapsed_time(end) / 1000)
    return 2 * size / best


def _copy(target: torch.Tensor, source: torch.Tensor) -> None:
    target.copy_(source, non_blocking=True)
    torch.cuda.synchronize()
