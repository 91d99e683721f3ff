"""Which exercises' visible tests pass: in this kernel, and as it was before a restart.

Every check of `cvlib.check` that knows its exercise leaves a word here. A test cell counts
as a whole: it passes when all its checks do and nothing else in it fails. What is known is
kept in a small file of the user's, one entry for each folder with notebooks, so that it is
still there after the kernel was restarted. Nothing is sent anywhere.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from IPython import get_ipython

PASSES, FAILS, EMPTY = "passes", "fails", "not written"
WORST = (EMPTY, FAILS, PASSES)  # of several checks in one cell, the first of these counts

_seen: dict[str, str] = {}  # exercise -> state, in this kernel
_running: dict[str, str] = {}  # the same, in the cell that is running
_watched: list[Any] = []  # the shell whose cells are watched


def note(exercise: str, state: str) -> None:
    """Take down what a check found out about an exercise.

    Args:
        exercise: its id; "" is nobody's and left out.
        state: `PASSES`, `FAILS` or `EMPTY`.
    """
    if not exercise:
        return
    _running[exercise] = min(_running.get(exercise, PASSES), state, key=WORST.index)
    shell = get_ipython()
    if getattr(shell, "kernel", None) is None:
        _settle(True)
    elif shell not in _watched:
        _watched.append(shell)
        shell.events.register("post_run_cell", _after_cell)


def here() -> dict[str, str]:
    """Exercise → state, for the tests that ran in this kernel."""
    return dict(_seen)


def earlier() -> dict[str, str]:
    """Exercise → state, as another kernel left it in this folder; without those of `here`."""
    return {name: state for name, state in _kept().get(_folder(), {}).items() if name not in _seen}


def _after_cell(result: Any) -> None:
    """IPython calls it behind every cell."""
    if _running:
        _settle(bool(result.success))
        _keep()


def _settle(success: bool) -> None:
    for exercise, state in _running.items():
        _seen[exercise] = FAILS if state == PASSES and not success else state
    _running.clear()


@cache
def _folder() -> str:
    """Where this kernel was started, whatever `os.chdir` does later."""
    return os.getcwd()


def _file() -> Path:
    place = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(place) / "cvlib-course" / "progress.json"


def _kept() -> dict[str, dict[str, str]]:
    """Folder → exercise → state; empty when the file can't be read."""
    try:
        read = json.loads(_file().read_text(encoding="utf-8"))
        return {str(folder): {str(name): state for name, state in states.items() if state in WORST}
                for folder, states in read.items()}  # fmt: skip
    except (OSError, RuntimeError, ValueError, AttributeError, TypeError):
        return {}


def _keep() -> None:
    """Write what is known; without a place to write, it lasts as long as the kernel."""
    known = {folder: states for folder, states in _kept().items() if os.path.isdir(folder)}
    known[_folder()] = known.get(_folder(), {}) | _seen
    with contextlib.suppress(OSError, RuntimeError):
        path = _file()
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, delete=False
        ) as file:
            file.write(json.dumps(known, indent=1))
        os.replace(file.name, path)
