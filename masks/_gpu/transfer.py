"""Memory of a device: how much may be used, how host memory gets there, and streams that do so side by side."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache

import numpy as np
import torch

# Larger pieces are not worked on any faster. The tensors of the CPU are for tests.
MOST_ROOM = 16 << 30
ROOM_OF_A_CPU = 1 << 30


def resolved(device: torch.device | str) -> torch.device:
    """A device with its number: "cuda" is the current one."""
    device = torch.device(device)
    return torch.device("cuda", torch.cuda.current_device()) if device == torch.device("cuda") else device


def working_on(device: torch.device) -> AbstractContextManager:
    """Kernels run on the current device, wherever their tensors are."""
    return torch.cuda.device(device) if device.type == "cuda" else nullcontext()


def room(device: torch.device) -> int:
    """Bytes that may be taken at a time: half of what is free, so that others find some as well."""
    if device.type != "cuda":
        return ROOM_OF_A_CPU
    free, _ = torch.cuda.mem_get_info(device)
    kept = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    return min((free + kept) // 2, MOST_ROOM)


def send(array: np.ndarray, target: torch.Tensor) -> None:
    """Copy an array into a tensor of its size, on the current stream; a device may still be reading afterwards.

    Pinned memory is read by the device itself. Other memory is first copied into pinned memory, by all of torch's
    threads and while the device is busy with what was sent before; left to do that, the driver copies with one thread
    and keeps the caller waiting. torch keeps pinned memory for the next time, since pinning takes longer than copying,
    and hands it out again only after the device has read it.
    """
    source = torch.from_numpy(_writable(array))
    if target.is_cuda and not source.is_pinned():
        source = torch.empty(source.shape, dtype=source.dtype, pin_memory=True).copy_(source)
    target.copy_(source, non_blocking=True)


def sent(array: np.ndarray, device: torch.device) -> torch.Tensor:
    target = torch.from_numpy(np.empty(0, array.dtype)).new_empty(array.shape, device=device)
    send(array, target)
    return target


def sent_texts(texts: list[np.ndarray], device: torch.device) -> torch.Tensor:
    """Strings end to end in a uint8 tensor, filled up to a multiple of four bytes."""
    ends = np.cumsum([0, *(text.size for text in texts)]).tolist()
    target = torch.empty(-(-ends[-1] // 4) * 4, dtype=torch.uint8, device=device)
    for text, first, last in zip(texts, ends, ends[1:], strict=False):
        send(text, target[first:last])
    return target


class _Writable:
    """An array's memory without its flag: torch warns of memory that is read-only, but nothing here writes to it."""

    def __init__(self, array: np.ndarray):
        self.array = array  # keeps the memory
        address, _ = array.__array_interface__["data"]
        self.__array_interface__ = {**array.__array_interface__, "data": (address, False)}


def _writable(array: np.ndarray) -> np.ndarray:
    return array if array.flags.writeable else np.asarray(_Writable(array))


@cache
def _streams(device: torch.device, number: int) -> tuple[torch.cuda.Stream, ...]:
    """Always the same, because torch keeps freed memory for the stream that used it."""
    return tuple(torch.cuda.Stream(device) for _ in range(number))


class Streams:
    """A few streams that take turns: while one computes, the next is fed. On a CPU everything happens at once.

    As a context manager: everything is done when it ends, however it ends.
    """

    def __init__(self, device: torch.device, number: int = 3):
        self.streams = _streams(device, number) if device.type == "cuda" else ()
        self.taken = 0

    def __enter__(self) -> "Streams":
        return self

    def __exit__(self, *error: object) -> None:
        for stream in self.streams:
            stream.synchronize()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Work in the next stream. What it did before is done by then: no more is in memory than there are streams."""
        if not self.streams:
            yield
            return
        stream = self.streams[self.taken % len(self.streams)]
        self.taken += 1
        stream.synchronize()
        with torch.cuda.stream(stream):
            yield
