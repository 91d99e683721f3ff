"""check.raises: does the learner's function refuse bad arguments, and say which?"""

from __future__ import annotations

from typing import Any

from cvlib.check.cases import Case, show_arguments
from cvlib.check.errors import CheckFailed, NotDone
from cvlib.check.observe import observe


def raises(
    error: type[Exception], answer: Any, *args: Any, mentions: str = "", **kwargs: Any
) -> None:
    """Check that ``answer(*args, **kwargs)`` raises `error`.

    Args:
        error: the expected exception class; a subclass will do.
        answer: the learner's function.
        mentions: a word that the message must contain, such as the argument's name.

    Raises:
        CheckFailed: when nothing or something else is raised.
        NotDone: when the answer still is the empty stub.
    """
    __tracebackhide__ = True
    call = f"({show_arguments(Case(args, kwargs))})"
    seen = observe(answer, Case(args, kwargs)).raised
    if seen is None:
        raise CheckFailed(f"Called with {call}, your function should raise a {error.__name__}.")
    if seen.is_stub:
        raise NotDone("This function is not written yet.")
    if error.__name__ not in seen.bases:
        raise CheckFailed(
            f"Called with {call}, your function should raise a {error.__name__}.\n"
            f"  It raised {seen.kind}: {seen.message}"
        )
    if mentions and mentions not in seen.message:
        raise CheckFailed(
            f"Called with {call}, your function rightly raises a {seen.kind}.\n"
            f"  Its message should name {mentions!r}, but says: {seen.message!r}"
        )
    print(f"✓ refuses {call}")
