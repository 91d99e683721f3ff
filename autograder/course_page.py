"""One page for the whole course, made of the tables that the sessions' reports left.

It reads ``reports/NN.csv`` and ``reports/NN/mistakes.csv`` and nothing else, so it is
made in a moment and says what these say. Nothing leaves the machine.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.csv_tables import read_table, table
from autograder.errors import CourseError
from autograder.files import write_text
from autograder.report import templates
from autograder.session import Session
from autograder.settings import Settings
from autograder.summary import heading

MOST_FREQUENT = 12  # mistakes that are listed
FALLEN = 0.2  # share of the points by which a student fell behind the own mean
WIDTH, HEIGHT, MARGIN = 720, 200, 48  # of the chart


@dataclass(frozen=True)
class Column:
    """What one session's tables say.

    Attributes:
        shares: student → share of the points, 0 to 1; None for one that was not graded.
        mistakes: (how many students, question, sentence).
    """

    number: str
    title: str
    most: float
    points: Mapping[str, float | None]
    mistakes: Sequence[tuple[int, str, str]]

    def share(self, student: str) -> float | None:
        """A student's share of the points; None without any."""
        points = self.points.get(student)
        return None if points is None or not self.most else points / self.most

    @property
    def shares(self) -> list[float]:
        """The shares of all who were graded, in order."""
        found = (self.share(student) for student in self.points)
        return sorted(share for share in found if share is not None)

    @property
    def quartiles(self) -> tuple[float, float, float]:
        """Lower quartile, median, upper quartile of the shares; zeros for nobody."""
        if len(self.shares) < 2:
            return (*self.shares, *self.shares, *self.shares) or (0, 0, 0)  # type: ignore[return-value]
        low, middle, high = statistics.quantiles(self.shares, n=4, method="inclusive")
        return low, middle, high


@dataclass(frozen=True)
class Row:
    """One student's way through the course: a share for each session, None where there is none."""

    student: str
    shares: tuple[float | None, ...]

    @property
    def known(self) -> list[float]:
        """The shares that there are."""
        return [share for share in self.shares if share is not None]

    @property
    def mean(self) -> float | None:
        """The mean share of the sessions that were graded."""
        return statistics.fmean(self.known) if self.known else None

    @property
    def change(self) -> float | None:
        """The last share minus the mean of those before; None for fewer than two."""
        return self.known[-1] - statistics.fmean(self.known[:-1]) if len(self.known) > 1 else None

    @property
    def concern(self) -> str:
        """Why somebody may want to have a word with the student; "" for no reason."""
        if self.shares[-1] is None:
            return "nothing graded in the latest session"
        change = self.change
        if change is not None and change <= -FALLEN:
            return f"{-100 * change:.0f} points of a hundred below the own mean before"
        return ""


def write_course_page(settings: Settings, sessions: Iterable[Session]) -> Path | None:
    """Write ``reports/index.html`` and ``index.csv``; None when no session has a report yet.

    Raises:
        CourseError: when a table can't be understood.
    """
    paths = [(session, settings.reports / f"{session.number}.csv") for session in sessions]
    columns = [read_column(session, path) for session, path in paths if path.is_file()]
    if not columns:
        return None
    rows = rows_of(columns)
    page = templates().get_template("course.html")
    chart = chart_of(columns)
    text = page.render(columns=columns, rows=rows, chart=chart, frequent=frequent(columns))
    path = settings.reports / "index.html"
    write_text(path, text + "\n")
    write_text(path.with_suffix(".csv"), to_csv(columns, rows))
    return path


def read_column(session: Session, path: Path) -> Column:
    """What the tables of a session's report say."""
    try:
        lines = read_table(path).rows
        points = {line["student"]: float(line["points"]) if line["points"] else None
                  for line in lines}  # fmt: skip
        most = float(lines[0]["of"]) if lines else session.points
        made = read_table(path.parent / session.number / "mistakes.csv").rows
        counted = [(int(line["students"]), line["question"], line["what happened"])
                   for line in made]  # fmt: skip
    except CourseError as error:
        raise CourseError(f"{error}; run `course report {session.number}` again") from None
    except (ValueError, KeyError) as error:
        raise CourseError(f"{path}: can't be understood ({error}); "
                          f"run `course report {session.number}` again") from None  # fmt: skip
    return Column(session.number, heading(session.cells[0].source), most, points, counted)


def rows_of(columns: Sequence[Column]) -> list[Row]:
    """Every student of any session, by name."""
    students = sorted({student for column in columns for student in column.points})
    return [Row(s, tuple(column.share(s) for column in columns)) for s in students]


def frequent(columns: Sequence[Column]) -> list[tuple[int, str, str, str]]:
    """The most frequent mistakes of the course: how many, session, question, sentence."""
    found = [(count, column.number, question, says)
             for column in columns for count, question, says in column.mistakes]  # fmt: skip
    return sorted(found, key=lambda made: (-made[0], made[2], made[3]))[:MOST_FREQUENT]


def chart_of(columns: Sequence[Column]) -> list[dict[str, float | str]]:
    """Where a chart of the sessions' quartiles has its points, in the units of its drawing."""
    step = (WIDTH - 2 * MARGIN) / max(1, len(columns) - 1)

    def height(share: float) -> float:
        return round(HEIGHT - 18 - share * (HEIGHT - 36), 1)

    return [
        {"x": round(MARGIN + index * step, 1), "number": column.number,
         "median": round(100 * column.quartiles[1]),
         **dict(zip(("low", "middle", "high"), map(height, column.quartiles), strict=True))}
        for index, column in enumerate(columns)
    ]  # fmt: skip


def to_csv(columns: Sequence[Column], rows: Sequence[Row]) -> str:
    """Students × sessions: points, empty where nothing was graded."""
    header = ["student", *(column.number for column in columns), "mean share", "change"]
    lines = [["of", *(f"{column.most:g}" for column in columns), "", ""]]
    for row in rows:
        points = [column.points.get(row.student) for column in columns]
        numbers = ["" if value is None else f"{value:g}" for value in points]
        told = ["" if value is None else f"{value:.3f}" for value in (row.mean, row.change)]
        lines.append([row.student, *numbers, *told])
    return table(header, lines)
