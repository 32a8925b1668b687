"""Which hardware is asked to score, where it is there and where it is not."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import pytest

from space.board import hardware


@pytest.fixture
def installed(monkeypatch):
    """installed(torch=module, ...): only these packages can be found."""

    def install(**modules) -> None:
        monkeypatch.setattr(hardware, "find_spec", modules.get)
        for name, module in modules.items():
            monkeypatch.setitem(sys.modules, name, module)

    return install


def _torch(has_cuda: bool) -> SimpleNamespace:
    return SimpleNamespace(cuda=SimpleNamespace(is_available=lambda: has_cuda))


def test_what_is_wanted_is_taken_without_a_look(installed):
    installed()
    assert hardware.scoring_device("cpu") == "cpu"


def test_cuda_is_taken_where_torch_finds_one_and_triton_is_there(installed):
    triton = ModuleType("triton")
    installed(torch=_torch(True), triton=triton)
    assert hardware.scoring_device(None) == "cuda"
    installed(torch=_torch(False), triton=triton)
    assert hardware.scoring_device(None) is None
    installed(torch=_torch(True))
    assert hardware.scoring_device(None) is None


def test_a_gpu_is_borrowed_on_zerogpu_alone(installed, monkeypatch):
    lent = []
    spaces = SimpleNamespace(GPU=lambda duration: lambda function: lent.append(duration) or function)
    installed(spaces=spaces)
    monkeypatch.delenv("SPACES_ZERO_GPU", raising=False)
    assert hardware.gpu_task() is None
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    assert hardware.gpu_task()(len) is len
    assert lent == [120]
    installed()
    assert hardware.gpu_task() is None
