"""Right answers done another way: every one of them must get full points.

They live in ``tests/variants/`` of the course, one module per session topic, and are
registered like mistakes: ``@variant("01-conv2d")`` above a function or class.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from cvlib import mistakes
from cvlib.mistakes.attempt import source_as

Answer = TypeVar("Answer", bound=Callable[..., Any])

_registry: dict[str, dict[str, Variant]] = {}


@dataclass(frozen=True)
class Variant:
    """A right solution that differs from the reference in its approach.

    `function` is its name in an exercise that asks for several.
    """

    id: str
    exercise: str
    answer: Callable[..., Any]
    function: str = ""

    def source(self, name: str) -> str:
        """The variant as a learner would have typed it, under the exercise's `name`."""
        return source_as(self.answer, self.function or name)


def variant(exercise: str, *, function: str = "") -> Callable[[Answer], Answer]:
    """Register the decorated right solution; its name becomes the variant's id.

    Args:
        function: which of an exercise's functions it is, if there are several.
    """

    def register(answer: Answer) -> Answer:
        new = Variant(answer.__name__, exercise, answer, function)
        _registry.setdefault(exercise, {})[new.id] = new
        return answer

    return register


def of(exercise: str, root: Path) -> tuple[Variant, ...]:
    """All variants of an exercise in the course at `root`; empty when there are none."""
    topic = mistakes.MODULES.get(exercise.split("-")[0])
    path = root / "tests" / "variants" / f"{topic}.py"
    if exercise not in _registry and path.is_file():
        spec = importlib.util.spec_from_file_location(f"course_variants_{topic}", path)
        assert spec is not None
        assert spec.loader is not None
        module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return tuple(_registry.get(exercise, {}).values())
