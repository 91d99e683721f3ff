"""The `course` command: one group for all commands, and one sentence for what goes wrong."""

from __future__ import annotations

import autograder.fast_imports  # noqa: F401

# isort: split
import sys
from pathlib import Path
from typing import Any

import click

from autograder.commands import author, desk, machine, marks
from autograder.errors import CourseError


class OneSentenceGroup(click.Group):
    """Show errors of ours as one sentence on stderr and exit with status 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the chosen command."""
        try:
            return super().invoke(ctx)
        except CourseError as error:
            click.echo(f"course: {error}", err=True)
            sys.exit(1)
        except BrokenPipeError:
            raise
        except OSError as error:  # a full disk, a folder that can't be written
            click.echo(f"course: {error.filename or 'a file'}: {error.strerror}", err=True)
            sys.exit(1)


@click.group(cls=OneSentenceGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--root",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("."),
    help="The course's folder, the one with course/ in it. Default: here.",
)
@click.version_option(package_name="cvlib-course")
@click.pass_context
def main(ctx: click.Context, root: Path) -> None:
    """Build, release, grade and report a course on vision architectures.

    Sessions are named by their number or full name: 01 or 01_convolution_arithmetic.

    \b
    An author edits course/NN_topic.py, then:
      course check 01      do the tests catch every known mistake?
      course build 01      text → source/ (with solutions)
      course release 01    source/ → release/ (what students get)

    \b
    An instructor has downloads from Moodle or Canvas, or submitted/STUDENT/NN/, then:
      course collect all.zip --assignment 01
      course grade 01      run the tests, fill the gradebook
      course report 01     what did the class not understand?

    \b
    New here?
      course doctor        is this machine ready?
      course demo          watch a fictitious class go through it all
    """
    ctx.obj = root.resolve()


for command in (
    author.build,
    author.check,
    author.release,
    author.publish,
    desk.receipt,
    desk.collect,
    marks.grade,
    marks.regrade,
    marks.report,
    desk.feedback,
    desk.export,
    machine.demo,
    machine.doctor,
):
    main.add_command(command)
