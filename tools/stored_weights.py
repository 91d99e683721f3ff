"""How the weights that we ship are written: in half precision, with the file's checksum printed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch
from torch import nn


def write(model: nn.Module, file: Path) -> None:
    """The state dict in half precision; whole numbers stay."""
    state = {
        name: (value.half() if value.is_floating_point() else value).contiguous().cpu()
        for name, value in model.state_dict().items()
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    torch.save(state, file)
    stored = file.read_bytes()
    print(f"{file.name}: {len(stored):,} bytes, SHA256 = {hashlib.sha256(stored).hexdigest()!r}")
