"""What a failed check raises.

CheckFailed
└── NotDone     the answer is still the empty stub
"""

from __future__ import annotations

from typing import Any, ClassVar

from cvlib.record import EMPTY, FAILS


class CheckFailed(AssertionError):  # noqa: N818
    """An answer is not right yet; the text says which case and, if known, why.

    Attributes:
        passed, total: how many of the check's cases were right.
        mistakes: ids of the known mistakes that give the same answers (often one).
        state: what `cvlib.record` keeps of it.
    """

    state: ClassVar[str] = FAILS

    def __init__(
        self, message: str, *, passed: int = 0, total: int = 1, mistakes: tuple[str, ...] = ()
    ) -> None:
        super().__init__(message)
        self.passed = passed
        self.total = total
        self.mistakes = mistakes

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), str(self), self.passed, self.total, self.mistakes)

    def _render_traceback_(self) -> list[str]:
        """IPython shows these lines instead of a traceback through library frames."""
        first, *rest = str(self).splitlines()
        return [f"\x1b[1;31m✗ {first}\x1b[0m", *rest]


class NotDone(CheckFailed, NotImplementedError):  # noqa: N818
    """The answer still is the stub that came with the notebook."""

    state = EMPTY

    @classmethod
    def of(cls, name: str, total: int) -> NotDone:
        """That the answer `name` is not written yet, so none of `total` cases is right."""
        text = f"{name}: not written yet. Replace the line that raises NotImplementedError by "
        return cls(text + "your own code.", total=total)


def _rebuild(
    kind: type[CheckFailed], message: str, passed: int, total: int, mistakes: tuple[str, ...]
) -> CheckFailed:
    return kind(message, passed=passed, total=total, mistakes=mistakes)
