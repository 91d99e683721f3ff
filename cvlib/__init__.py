"""The student package of the course: references, checks, quizzes, widgets and pictures.

Importing it is cheap; every part is imported where it is used::

    from cvlib import check, conv
    from cvlib.plots import show_images

    cvlib.progress()      # where do I stand?
    cvlib.receipt("01")   # may I hand this in?
"""

from __future__ import annotations

__all__ = ["progress", "receipt"]


def progress(session: str = "") -> None:
    """Show which exercises pass, their points, and the time that is left; see `standing`."""
    from cvlib.standing import progress as show_progress

    show_progress(session)


def receipt(session: str) -> None:
    """Show what the visible tests say, and what to do before handing in; see `standing`."""
    from cvlib.standing import receipt as show_receipt

    show_receipt(session)
