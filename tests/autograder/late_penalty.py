"""A late-penalty plug-in for nbgrader, as an instructor would write one."""

from __future__ import annotations

from nbgrader.plugins import BasePlugin


class HalfPointADay(BasePlugin):
    """Half a point for each day or part of it."""

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float:
        """The points to take off."""
        return 0.5 * -(-total_seconds_late // 86400)
