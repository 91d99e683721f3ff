"""Tell in one line what this notebook computes on, and how to get a GPU where there is none."""

from __future__ import annotations

import sys

import torch
from IPython import get_ipython


def tell_hardware() -> None:
    """Print one line: the GPU's name, or how to switch one on. Silent outside of notebooks."""
    if getattr(get_ipython(), "kernel", None) is not None:
        print(hardware_line())


def hardware_line() -> str:
    """What there is to compute on, as one sentence or two."""
    if torch.cuda.is_available():
        return f"Computing on {torch.cuda.get_device_name()}."
    if "google.colab" in sys.modules:
        return (
            "No GPU is on, and only the lab at the end wants one: Runtime → Change runtime type → "
            "T4 GPU. That restarts the notebook, so do it now or run everything again."
        )
    return "Computing on the CPU, which is enough for everything but the lab at the end."
