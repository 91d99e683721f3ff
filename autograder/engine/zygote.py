"""The warm parent of all student processes; runs inside the sandbox.

It imports everything once, then waits. For each submission it forks a child, locks it in
(see `lockdown`) and lets it serve one channel. The channel arrives as a file descriptor
with the request, so that the parent never listens to a child.
"""

from __future__ import annotations

import array
import contextlib
import gc
import importlib
import io
import itertools
import json
import os
import pkgutil
import signal
import socket
import sys
from collections.abc import Iterable
from types import FrameType, FunctionType
from typing import Any

from autograder.engine.lockdown import Limits, lock_down
from autograder.engine.shell import Shell
from autograder.engine.stand_ins import stand_in
from autograder.engine.student import Student
from cvlib.check.seal import seal_forever

WARM = ("torch", "torchvision", "torchvision.transforms", "matplotlib.pyplot", "numpy", "cvlib")
USERS = 4000
# An extra that some sessions need → the module to import for it, and what to call there.
EXTRAS = {
    "detection": ("cvlib.ultralytics_offline", "offline_ultralytics"),
    "prompting": ("cvlib.prompt_runs", "model"),
}


def main() -> None:
    """Serve spawn requests on the socket whose number is the first argument; extras follow it."""
    control = socket.socket(fileno=int(sys.argv[1]))
    import_everything(sys.argv[2:])
    warm_torch()
    seal_mistakes()
    stand_in()
    shell = warm_shell()
    gc.freeze()  # what lives now stays: forks share its memory untouched
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children are reaped by the system
    control.send(b"ready")
    for number in itertools.count():
        message, descriptors = receive_descriptors(control)
        if not message:
            return
        order = json.loads(message)
        order["limits"]["user"] += number % USERS  # limits and keys of one user are shared
        if os.fork() == 0:
            control.close()
            become_student(order, descriptors[0], shell)
        for descriptor in descriptors:
            os.close(descriptor)


def import_everything(extras: Iterable[str] = ()) -> None:
    """Import what sessions use, the course's own package in full, and what some sessions need."""
    for name in WARM:
        importlib.import_module(name)
    import torch

    import cvlib

    torch.set_num_threads(1)
    for found in pkgutil.walk_packages(cvlib.__path__, "cvlib."):
        importlib.import_module(found.name)
    for extra in extras:
        import_extra(extra)


def import_extra(name: str) -> None:
    """Import one of `EXTRAS`. Where it is missing, the notebook's own import says so."""
    module, function = EXTRAS[name]
    with contextlib.suppress(ImportError):
        found = importlib.import_module(module)
        getattr(found, function)()


def warm_torch() -> None:
    """Do once what every submission does: what is set up at first use is shared by the forks."""
    import torch
    from torch import nn

    from cvlib import check

    def double(x: torch.Tensor) -> torch.Tensor:
        return torch.einsum("nchw->nhwc", x.unfold(2, 1, 1).sum(-1) * 2).permute(0, 3, 1, 2)

    x = check.inputs().normal(2, 3, 8, 8)
    with contextlib.redirect_stdout(io.StringIO()), torch.random.fork_rng(devices=[]):
        check.function(double, like=lambda x: 2 * x, cases=[check.case(x)], gradients=True,
                       forbid=("matmul",))  # fmt: skip
        net = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(),
                            nn.MaxPool2d(2), nn.Flatten(), nn.Linear(64, 2))  # fmt: skip
        nn.functional.cross_entropy(net(x), torch.tensor([0, 1])).backward()
        torch.optim.Adam(net.parameters()).step()


def warm_shell() -> Shell:
    """A shell that has run a cell with an error: IPython imports a lot at the first one."""
    shell = Shell.make()
    shell.run("1 / 0")
    return shell


def become_student(order: dict[str, Any], descriptor: int, shell: Shell) -> None:
    """In the fork: lock down, then serve; never returns."""
    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        channel = socket.socket(fileno=descriptor)
        seal_forever(order["session"])
        lock_down(Limits(**order["limits"]), order["sandboxed"], descriptor)
        os.chdir("/tmp" if order["sandboxed"] else order["folder"])
        channel.sendall(b"!")  # tells the judge this process's id, by the socket's credentials
        Student(channel, shell).serve()
        status = 0
    finally:
        os._exit(status)


def seal_mistakes() -> None:
    """The known mistakes refuse to run here: each is right but for one thing, soon mended."""
    for name, module in list(sys.modules.items()):
        if name.startswith("cvlib.mistakes."):
            for value in vars(module).values():
                if isinstance(value, FunctionType) and value.__module__ == name:
                    value.__code__ = refuse.__code__


def refuse(*args: Any, **kwargs: Any) -> Any:
    """Stands in for a known mistake."""
    raise RuntimeError("cvlib's own code can't be part of an answer: write this one yourself")


def receive_descriptors(control: socket.socket) -> tuple[bytes, list[int]]:
    """One message and the file descriptors that came with it."""
    numbers = array.array("i")
    message, ancillary, _, _ = control.recvmsg(65536, socket.CMSG_LEN(4 * numbers.itemsize))
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            numbers.frombytes(data[: len(data) - len(data) % numbers.itemsize])
    return message, list(numbers)


def _stop(_number: int, _frame: FrameType | None) -> None:
    os._exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _stop)
    main()
