"""A trait for a choice of several names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import traitlets

from .base import BadValueError


class SomeOf(traitlets.List):
    """One or more of the known names, at most `most` of them, each at most once, in any order."""

    def __init__(
        self, known: Iterable[str], default: Sequence[str], most: int | None = None, **kwargs: Any
    ) -> None:
        self.known, self.most = tuple(known), most
        super().__init__(default_value=list(default), **kwargs)

    def validate(self, obj: Any, value: Any) -> list[str]:
        """Return the list, or raise BadValueError."""
        names = list(value) if isinstance(value, (list, tuple)) else []
        known = [name for name in self.known if name in names]
        if not 1 <= len(names) <= (self.most or len(self.known)) or len(known) != len(names):
            count = f"one to {self.most}" if self.most else "one or more"
            raise BadValueError(
                f"{self.name} must be {count} of {', '.join(self.known)}, got {value!r}"
            )
        return names
