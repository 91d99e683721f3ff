"""For the instructor's desk: what comes in, and what goes back."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from autograder.commands.shared import (
    console,
    no_sandbox_option,
    read_all,
    say_kept,
    say_waiting,
    show_progress,
)
from autograder.errors import CourseError
from autograder.settings import load_settings


@click.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--assignment", "name", default="", help="The session, such as 01, if unclear.")
@click.option("--student", default="", help="The id under which it will be graded, if known.")
@no_sandbox_option
@click.pass_obj
def receipt(root: Path, path: Path, name: str, student: str, no_sandbox: bool) -> None:
    """Look at one hand-in before the deadline: what is in FILE, and do its visible tests pass?

    Nothing is graded or kept, and hidden tests are not run. The exit status is 0 when
    everything is answered and passes, 3 when something is missing or fails, and 1 when the
    file can't be read or holds no answer.
    """
    from autograder.engine.engine import Engine
    from autograder.session_of import recognised

    settings = load_settings(root)
    sessions = read_all(settings, [name] if name else [])
    session = sessions[0] if name else recognised(path, sessions)
    with Engine(sandboxed=not no_sandbox, extras=session.extras) as engine:
        engine.warm()  # it starts while the rest is imported
        from autograder.desk_tables import receipt_lines, receipt_table
        from autograder.receipt import make_receipt

        made = make_receipt(path, session, settings, engine, student)
    console.print(receipt_table(made, path.name))
    console.print(receipt_lines(made), highlight=False, soft_wrap=True)
    sys.exit(0 if made.complete else 3)


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--assignment", "name", required=True, help="The session, such as 01.")
@click.option("--from", "kind", type=click.Choice(["auto", "moodle", "canvas", "folder"]),
              default="auto", show_default=True, help="Where the download comes from.")  # fmt: skip
@click.option("--roster", "table", type=click.Path(path_type=Path),
              help="A table of the class as CSV. Default: roster.csv in the course.")  # fmt: skip
@click.pass_obj
def collect(root: Path, paths: Sequence[Path], name: str, kind: str, table: Path | None) -> None:
    """Put downloads (zips, folders) into submitted/STUDENT/NN/.

    Whatever is not certain is asked in collected/NN/questions.csv: write the student's id
    into its last column and run the command again. Nothing is overwritten or lost.
    """
    from autograder.desk_tables import collection_table, question_lines
    from autograder.intake.collect import Collector
    from autograder.intake.enrol import enrol
    from autograder.intake.roster import read_roster

    settings = load_settings(root)
    (session,) = read_all(settings, [name])
    roster = read_roster(table or root / "roster.csv")
    done = Collector(settings, session, roster).collect(paths, kind)
    console.print(collection_table(session, done))
    console.print(question_lines(done), highlight=False, soft_wrap=True)
    if done.questions:
        click.echo(f"Write the students' ids into the last column of collected/{session.number}/"
                   "questions.csv, and run the command again.")  # fmt: skip
    say_kept(enrol(settings, roster, [placed.student for placed in done.placed]))


@click.command()
@click.argument("sessions", nargs=-1, required=True)
@click.option("--pack", "kind", type=click.Choice(["moodle", "canvas"]),
              help="Pack the pages so that the platform knows whose they are.")  # fmt: skip
@click.pass_obj
def feedback(root: Path, sessions: Sequence[str], kind: str | None) -> None:
    """Write a page for each student: points, what happened, what to read again.

    feedback/STUDENT/NN/ holds the page. --pack writes feedback/NN-moodle.zip or
    NN-canvas.zip for the platform's bulk upload, named as in the download.
    """
    from autograder.feedback import give_feedback

    settings = load_settings(root)
    for session in read_all(settings, sessions):
        pages, failed = give_feedback(settings, session, show_progress)
        click.echo(f"{session.name}: {len(pages)} pages in feedback/")
        say_waiting(settings, session)
        for result in failed:
            click.echo(f"  {result.student}: no page, {result.reason}")
        if kind:
            from autograder.packing import pack

            package = pack(settings, session, kind)
            click.echo(f"{package.path.relative_to(root)}: {len(package.packed)} pages")
            if package.nameless:
                click.echo(f"  not from {kind}, left out: {', '.join(package.nameless)}")


@click.command()
@click.argument("sessions", nargs=-1, required=True)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--to", "kind", type=click.Choice(["moodle", "canvas", "generic"]), required=True,
              help="For whom the table is.")  # fmt: skip
@click.option("--column", "titles", multiple=True, metavar="NN=TITLE",
              help="A session's title on the platform. Default: its heading.")  # fmt: skip
@click.option("--worksheet", type=click.Path(path_type=Path),
              help="Moodle's grading worksheet, to be filled in as FILE.")  # fmt: skip
@click.option("--roster", "people", type=click.Path(path_type=Path),
              help="A table of the class as CSV. Default: roster.csv in the course.")  # fmt: skip
@click.pass_obj
def export(
    root: Path,
    sessions: Sequence[str],
    file: Path,
    kind: str,
    titles: Sequence[str],
    worksheet: Path | None,
    people: Path | None,
) -> None:
    """Write the grades of SESSIONS into FILE, as a learning platform takes them.

    Manual grades and late penalties are in it. What is not graded yet has no grade.
    """
    from autograder.export import read_column, read_rows, read_titles, strangers, to_csv
    from autograder.files import write_text
    from autograder.intake.roster import read_roster, roster_if_any

    settings = load_settings(root)
    chosen = read_all(settings, sessions)
    path = people or root / "roster.csv"
    roster = roster_if_any(people, path) if kind == "generic" else read_roster(path)
    named = read_titles(titles, chosen)
    columns = [read_column(settings, s, named.get(s.number, "")) for s in chosen]
    if worksheet is not None:
        from autograder.worksheet import fill

        if kind != "moodle" or len(columns) > 1:
            raise CourseError("--worksheet: it is Moodle's, and for one session")
        text, unknown = fill(worksheet, columns[0], roster)
        if unknown:
            click.echo(f"not on the roster, left as they are: {', '.join(unknown)}")
    else:
        text = to_csv(kind, columns, roster, read_rows(path))
    write_text(file, text)
    for column in columns:
        click.echo(f"{column.session.name}: {column.counts()}")
    if kind != "generic" and (left_out := strangers(columns, roster)):
        click.echo(f"not on the roster, left out: {', '.join(left_out)}")
    click.echo(f"{file}: written, for {kind}")
