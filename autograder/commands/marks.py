"""For marks: grade, grade an exercise again, and report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from autograder.commands.shared import (
    console,
    device_option,
    engine_or_cluster,
    has_new,
    no_sandbox_option,
    read_all,
    say_kept,
    say_waiting,
    show_progress,
    workers_option,
)
from autograder.settings import load_settings


@click.command()
@click.argument("sessions", nargs=-1, required=True)
@workers_option
@click.option("--again", is_flag=True, help="Grade unchanged submissions again, too.")
@click.option("--all-cells", is_flag=True, help="Run unchanged demonstrations, too.")
@device_option
@click.option("--cell-seconds", default=60.0, show_default=True, help="Limit for one cell.")
@click.option("--total-seconds", default=240.0, show_default=True, help="Limit for a notebook.")
@click.option("--scheduler", default="", metavar="ADDRESS",
              help="Run on a Dask cluster, such as tcp://10.0.0.5:8786.")  # fmt: skip
@click.option("--roster", "people", type=click.Path(path_type=Path),
              help="A table of the class, for names. Default: roster.csv, if any.")  # fmt: skip
@no_sandbox_option
@click.pass_obj
def grade(
    root: Path,
    sessions: Sequence[str],
    workers: int,
    again: bool,
    all_cells: bool,
    device: str,
    cell_seconds: float,
    total_seconds: float,
    scheduler: str,
    people: Path | None,
    no_sandbox: bool,
) -> None:
    """Grade what lies in submitted/STUDENT/NN/ and fill the gradebook.

    Submissions that were graded before and have not changed are left alone. A run that
    was interrupted goes on where it stopped.
    """
    from autograder.engine.ticket import Budget
    from autograder.intake.roster import roster_if_any

    settings = load_settings(root)
    chosen = read_all(settings, sessions)
    roster = roster_if_any(people, root / "roster.csv")
    extras = {name for session in chosen for name in session.extras}
    how = {"sandboxed": not no_sandbox, "device": device, "extras": extras}
    with engine_or_cluster(scheduler, how) as engine:
        if again or any(has_new(settings, session) for session in chosen):
            engine.warm()  # it starts while the rest is imported
        from autograder.grading import Options, grade_session
        from autograder.intake.enrol import enrol
        from autograder.reasons import remember
        from autograder.tables import grading_summary

        budget = Budget(cell_seconds, total_seconds)
        options = Options(workers, not no_sandbox, device, again, all_cells, budget)
        for session in chosen:
            results = grade_session(settings, session, show_progress, options, engine)
            remember(settings, session, results)
            console.print(grading_summary(session, results), highlight=False, soft_wrap=True)
            say_waiting(settings, session)
            say_kept(enrol(settings, roster, [result.student for result in results]))


@click.command()
@click.argument("session")
@click.option("--exercise", "wanted", required=True, help="Its id, such as 01-conv2d.")
@click.option("--write", is_flag=True, help="Change the marks. Without it they are only shown.")
@workers_option
@device_option
@no_sandbox_option
@click.pass_obj
def regrade(
    root: Path,
    session: str,
    wanted: str,
    write: bool,
    workers: int,
    device: str,
    no_sandbox: bool,
) -> None:
    """Grade one exercise again after its tests were wrong, and show whose mark changes.

    Mend the test in course/NN_topic.py and release the session first. Manual grades and
    comments stay; late penalties follow the new sum.
    """
    from autograder.engine.engine import Engine

    settings = load_settings(root)
    (chosen,) = read_all(settings, [session])
    with Engine(sandboxed=not no_sandbox, device=device, extras=chosen.extras) as engine:
        engine.warm()  # it starts while the rest is imported
        from autograder.change import changed_first
        from autograder.desk_tables import changes_table
        from autograder.grading import Options
        from autograder.regrade import Regrader, find_exercise
        from autograder.regraded import write as take_over

        exercise = find_exercise(chosen, wanted)
        options = Options(workers, not no_sandbox, device)
        regrader = Regrader(settings, chosen, exercise, engine, options)
        changes = regrader.look(show_progress)
        if shown := list(changed_first(changes)):
            console.print(changes_table(f"{exercise.id}: what changes", shown))
        if write:
            take_over(regrader, changes)
    count = sum(change.changes for change in changes)
    done = "written" if write else "nothing is written; add --write"
    click.echo(f"{count} of {len(changes)} marks change: {done}")


@click.command()
@click.argument("sessions", nargs=-1)
@click.pass_obj
def report(root: Path, sessions: Sequence[str]) -> None:
    """Write reports/NN.html and tables: what did the class not understand?

    Without SESSIONS, all that something was handed in for. reports/index.html puts the
    course together.
    """
    from autograder.course_page import write_course_page
    from autograder.report import write_report
    from autograder.results import read_results

    settings = load_settings(root)
    every = read_all(settings, ())
    chosen = read_all(settings, sessions) if sessions else [
        s for s in every if any(settings.submitted.glob(f"*/{s.number}"))]  # fmt: skip
    for session in chosen:
        path = write_report(settings, session, read_results(settings, session))
        click.echo(f"{path.relative_to(root)}: written; open it in a browser")
    page = write_course_page(settings, every)
    click.echo(f"{page.relative_to(root)}: the whole course" if page else
               f"{settings.submitted}: nothing was handed in yet")  # fmt: skip
