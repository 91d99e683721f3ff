"""One line on what a notebook computes on."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest
import torch

from cvlib import hardware


def test_gpu_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "Tesla T4")
    assert hardware.hardware_line() == "Computing on Tesla T4."


@pytest.mark.parametrize("colab", [True, False])
def test_without_a_gpu_colab_is_told_how_to_get_one(
    monkeypatch: pytest.MonkeyPatch, colab: bool
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.delitem(sys.modules, "google.colab", raising=False)
    if colab:
        monkeypatch.setitem(sys.modules, "google.colab", SimpleNamespace())
    line = hardware.hardware_line()
    assert ("Change runtime type" in line) is colab
    assert "\n" not in line


def test_nothing_is_printed_where_nobody_looks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hardware.tell_hardware()
    assert capsys.readouterr().out == ""
    monkeypatch.setattr(hardware, "get_ipython", lambda: SimpleNamespace(kernel=object()))
    hardware.tell_hardware()
    assert capsys.readouterr().out == hardware.hardware_line() + "\n"
