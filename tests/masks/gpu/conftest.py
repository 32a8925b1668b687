"""Kernels run in Triton's interpreter, on tensors of the CPU, where there is no CUDA."""

import os

import pytest
import torch

# Read when a kernel is defined, so before its module is imported.
if not torch.cuda.is_available():
    os.environ["TRITON_INTERPRET"] = "1"


@pytest.fixture(scope="session")
def device():
    return "cuda" if torch.cuda.is_available() else "cpu"
