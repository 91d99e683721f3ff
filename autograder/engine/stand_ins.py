"""What a notebook expects of Colab or of a person, and what it finds while it is graded.

Learners leave `drive.mount`, `input` and `!pip` in the cells of their answers. None of
them is a fault: here they do nothing, so that the lines after them run.
"""

from __future__ import annotations

import builtins
import sys
from types import ModuleType
from typing import Any

COLAB = ("google.colab", "google.colab.drive", "google.colab.files", "google.colab.output",
         "google.colab.userdata", "google.colab.auth", "google.colab.patches",
         "google.colab.widgets", "google.colab.data_table")  # fmt: skip
# Magics that install, load or switch something that is not here.
IDLE_MAGICS = frozenset(
    {"pip", "conda", "mamba", "micromamba", "uv", "load_ext", "reload_ext", "unload_ext",
     "matplotlib", "gui", "tensorboard", "autoreload", "config", "colors"}
)  # fmt: skip


class Quiet(ModuleType):
    """A module whose functions do nothing and return None."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__ = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return do_nothing


def do_nothing(*_args: Any, **_kwargs: Any) -> None:
    """Stands in for a function of Colab."""


def no_answer(prompt: object = "") -> str:
    """Stands in for `input`: there is nobody to ask."""
    print(prompt)
    return ""


def stand_in() -> None:
    """Put the stand-ins into this process."""
    for name in COLAB:
        module = sys.modules[name] = Quiet(name)
        parent, _, child = name.rpartition(".")
        if parent in COLAB:
            setattr(sys.modules[parent], child, module)
    if "google" not in sys.modules:
        sys.modules["google"] = Quiet("google")
    sys.modules["google"].colab = sys.modules["google.colab"]  # type: ignore[attr-defined]
    builtins.input = no_answer
