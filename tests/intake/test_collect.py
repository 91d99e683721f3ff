"""From downloads as they are to submitted/STUDENT/NN/: nothing lost, nothing guessed."""

from __future__ import annotations

import csv
import io
import os
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from autograder.cli import main
from autograder.desk_tables import collection_table
from autograder.errors import CourseError
from autograder.intake.arrivals import TIME
from autograder.intake.collect import Collection, Collector
from autograder.intake.packages import MAX_FILE, read_package
from autograder.intake.roster import Person, Roster
from autograder.session import Session
from autograder.settings import Settings
from tests.tiny import make_course, tiny_session

PEOPLE = [Person("ada", "Ada", "Lovelace", "ada@example.org", "815"),
          Person("jm", "Jürgen", "Müller", "", "816"), Person("dc1", "Dan", "Carter", "", "1"),
          Person("dc2", "Dan", "Carter", "", "2")]  # fmt: skip
OURS = b'{"cells": [{"metadata": {"nbgrader": {"grade_id": "01-output-size-solution"}}}]}'


def work(text: str = "") -> bytes:
    """A notebook of the session, for our purpose."""
    return OURS + text.encode()


def zipped(files: Mapping[str, bytes], time: tuple[int, ...] = (2026, 5, 2, 12, 0, 0)) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as package:
        for name, content in files.items():
            package.writestr(zipfile.ZipInfo(name, time), content)  # type: ignore[arg-type]
    return raw.getvalue()


class Desk:
    """A course and what arrives for it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.settings: Settings = make_course(root)
        self.session: Session = tiny_session(self.settings)

    def collect(self, *packages: bytes | Path, kind: str = "auto") -> Collection:
        paths = []
        for number, package in enumerate(packages):
            if isinstance(package, Path):
                paths.append(package)
                continue
            paths.append(self.root / f"download{number}.zip")
            paths[-1].write_bytes(package)
        return Collector(self.settings, self.session, Roster(PEOPLE)).collect(paths, kind)

    def submitted(self) -> dict[str, bytes]:
        return {path.parents[1].name: path.read_bytes()
                for path in self.settings.submitted.glob("*/01/01_tiny.ipynb")}  # fmt: skip

    def kept(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes()
                for path in (self.root / "collected" / "01").glob("*/*")}  # fmt: skip

    def time(self, student: str) -> str:
        return (self.settings.submitted / student / "01" / "timestamp.txt").read_text().strip()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def local(*time: int) -> str:
    """A time as a zip keeps it, in nbgrader's form."""
    return datetime(*time).astimezone().astimezone(UTC).strftime(TIME)  # type: ignore[arg-type]


def test_moodles_zip_finds_its_places_with_times(desk: Desk) -> None:
    done = desk.collect(zipped({
        "Ada Lovelace_11_assignsubmission_file_/solution.ipynb": work("a"),
        "Juergen Mueller_12_assignsubmission_file/Copy of 01_tiny (1).ipynb.txt": work("j"),
        "__MACOSX/Ada Lovelace_11_assignsubmission_file_/._solution.ipynb": b"litter",
        "Ada Lovelace_11_assignsubmission_file_/.DS_Store": b"litter",
    }))  # fmt: skip
    assert desk.submitted() == {"ada": work("a"), "jm": work("j")}
    assert desk.time("ada") == local(2026, 5, 2, 12)
    assert not done.questions
    assert [(p.student, p.note) for p in done.placed] == [("ada", ""), ("jm", "")]


def test_of_several_attempts_the_last_counts_and_the_others_are_kept(desk: Desk) -> None:
    done = desk.collect(zipped({
        "lovelaceada_815_1_01_tiny.ipynb": work("first"),
        "lovelaceada_LATE_815_3_01_tiny-10.ipynb": work("third"),
        "lovelaceada_815_2_01_tiny-2.ipynb": work("second"),
        "lovelaceada_815_4_picture.png": b"png",
    }))  # fmt: skip
    assert desk.submitted() == {"ada": work("third")}
    assert sorted(desk.kept().values()) == sorted([b"png", work("first"), work("second")])
    (placed,) = done.placed
    assert placed.note == "3 more kept, late"
    assert not (desk.settings.submitted / "ada" / "01" / "timestamp.txt").exists()


def test_who_is_not_certain_is_asked_and_nothing_is_accepted(desk: Desk) -> None:
    package = zipped({
        "Dan Carter_1_assignsubmission_file_/w.ipynb": work("which Dan?"),
        "Ada Lovelaze_2_assignsubmission_file_/w.ipynb": work("a typing mistake?"),
        "Eve Adams_3_assignsubmission_file_/w.ipynb": work("who?"),
    })  # fmt: skip
    done = desk.collect(package)
    assert desk.submitted() == {}
    assert [(q.reason, q.suggestion) for q in done.questions] == [
        ("'Dan Carter' may be dc1 or dc2", "dc1 (Dan Carter), dc2 (Dan Carter)"),
        ("nobody on the roster is called 'Ada Lovelaze'", "ada (Ada Lovelace)"),
        ("nobody on the roster is called 'Eve Adams'", ""),
    ]
    asked = desk.root / "collected" / "01" / "questions.csv"
    rows = list(csv.DictReader(asked.open()))
    rows[0]["student"], rows[1]["student"], rows[2]["student"] = "dc2", "ada", "not-in-the-class"
    with asked.open("w") as file:
        table = csv.DictWriter(file, rows[0])
        table.writeheader()
        table.writerows(rows)
    done = desk.collect(package)
    assert desk.submitted() == {"dc2": work("which Dan?"), "ada": work("a typing mistake?")}
    assert len(done.questions) == 1
    again = desk.collect(package)  # what was decided stays decided
    assert [p.note for p in again.placed] == ["unchanged", "unchanged"]


def test_questions_stay_until_they_are_answered_or_gone(desk: Desk) -> None:
    first, second, asked = desk.root / "a.zip", desk.root / "b.zip", desk.root / "collected/01"
    first.write_bytes(zipped({"Eve Adams_3_assignsubmission_file_/w.ipynb": work()}))
    second.write_bytes(zipped({"lovelaceda_9_1_w.ipynb": work(), "lovelaceada_815_1_w.ipynb": b""}))

    def origins() -> list[str]:
        return [row["from"] for row in csv.DictReader((asked / "questions.csv").open())]

    desk.collect(first)
    assert len(desk.collect(second).questions) == 2  # who is that? and an empty file
    assert origins() == ["b.zip: lovelaceda_9_1_w.ipynb", "b.zip: lovelaceada_815_1_w.ipynb",
                         "a.zip: Eve Adams_3_assignsubmission_file_/w.ipynb"]  # fmt: skip
    second.write_bytes(
        zipped({"lovelaceda_9_1_w.ipynb": work(), "lovelaceada_815_1_w.ipynb": work()})
    )
    desk.collect(second)
    assert origins() == ["b.zip: lovelaceda_9_1_w.ipynb",
                         "a.zip: Eve Adams_3_assignsubmission_file_/w.ipynb"]  # fmt: skip


def test_nothing_is_overwritten_silently(desk: Desk) -> None:
    name = "Ada Lovelace_11_assignsubmission_file_/w.ipynb"
    desk.collect(zipped({name: work("one")}))
    done = desk.collect(zipped({name: work("two")}, (2026, 5, 3, 9, 0, 0)))
    assert desk.submitted() == {"ada": work("two")}
    assert "replaces an earlier one" in done.placed[0].note
    assert work("one") in desk.kept().values()
    done = desk.collect(zipped({name: work("old")}, (2026, 5, 1, 9, 0, 0)))
    assert desk.submitted() == {"ada": work("two")}
    assert "is newer" in done.placed[0].note
    assert set(desk.kept().values()) == {work("one"), work("old")}


def test_where_files_came_from_is_remembered_from_one_package_to_the_next(desk: Desk) -> None:
    first, second = (f"{name}_1_assignsubmission_file_/w.ipynb" for name in ("Ada Lovelace", "jm"))
    desk.collect(zipped({first: work("a"), second: work("j")}))
    desk.collect(zipped({second: work("later")}, (2026, 5, 3, 9, 0, 0)))
    rows = list(csv.DictReader((desk.root / "collected" / "01" / "placed.csv").open()))
    assert [row["student"] for row in rows] == ["ada", "jm"]
    assert rows[0]["from"] == f"download0.zip: {first}"
    assert "replaces" in rows[1]["note"]


def test_zips_within_zips_and_the_notebook_of_this_session_among_others(desk: Desk) -> None:
    inner = zipped({"my work/01.ipynb": work(), "my work/02.ipynb": b'{"cells": []}'})
    desk.collect(zipped({"Ada Lovelace_1_assignsubmission_file_/all.zip": inner,
                         "Jürgen Müller_2_assignsubmission_file_/all.zip": b"no zip"}))  # fmt: skip
    assert desk.submitted() == {"ada": work()}
    assert list(desk.kept().values()) == [b'{"cells": []}']


def test_what_holds_no_answer_to_this_session_is_asked_but_not_dropped(desk: Desk) -> None:
    done = desk.collect(zipped({
        "Ada Lovelace_1_assignsubmission_file_/w.ipynb": b'{"cells": []}',
        "Jürgen Müller_2_assignsubmission_file_/essay.docx": b"doc",
    }))  # fmt: skip
    assert desk.submitted() == {"ada": b'{"cells": []}'}
    assert [q.reason for q in done.questions] == [
        "it has none of this session's cells; is it another session's?",
        "there is no notebook among the files",
    ]
    assert list(desk.kept().values()) == [b"doc"]


def test_plain_folders_and_nbgraders_own_with_its_times(desk: Desk) -> None:
    folder = desk.root / "from a colleague"
    for student in ("ada", "jm"):
        (folder / student / "01").mkdir(parents=True)
        (folder / student / "01" / "01_tiny.ipynb").write_bytes(work(student))
    (folder / "ada" / "01" / "timestamp.txt").write_text("2026-05-01 10:00:00 UTC\n")
    os.symlink("/etc/passwd", folder / "jm" / "01" / "w.ipynb")
    done = desk.collect(folder)
    assert desk.submitted() == {"ada": work("ada"), "jm": work("jm")}
    assert desk.time("ada") == "2026-05-01 10:00:00 UTC"
    assert [q.reason for q in done.questions] == ["is a link or no file"]


def test_damaged_and_huge_entries_are_told_and_the_rest_is_read(desk: Desk) -> None:
    ours, damaged = (f"{name}_1_assignsubmission_file_/w.ipynb" for name in ("Ada Lovelace", "jm"))
    raw = bytearray(zipped({ours: work(), damaged: work("J" * 99)}))
    place = raw.index(b"JJJJ")
    raw[place : place + 4] = b"QQQQ"
    done = desk.collect(bytes(raw))
    assert desk.submitted() == {"ada": work()}
    assert ["can't be read" in q.reason for q in done.questions] == [True]
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("Ada Lovelace_1_assignsubmission_file_/w.ipynb", bytes(MAX_FILE + 1))
    (desk.root / "bomb.zip").write_bytes(bomb.getvalue())
    (file,) = read_package(desk.root / "bomb.zip")
    assert "too large" in file.problem
    assert file.content is None


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not really", b"plain text"])
def test_a_package_that_is_none_is_one_sentence(desk: Desk, content: bytes) -> None:
    with pytest.raises(CourseError, match=r"download0\.zip: is not a zip that can be read"):
        desk.collect(content)


def test_names_that_try_to_get_out_stay_inside(desk: Desk) -> None:
    desk.collect(zipped({"Ada Lovelace_1_assignsubmission_file_/../../../../evil.ipynb": work(),
                         "Ada Lovelace_1_assignsubmission_file_/" + "x" * 300 + ".png": b"p",
                         "Ada Lovelace_1_assignsubmission_file_/..": b"dots"}))  # fmt: skip
    assert desk.submitted() == {"ada": work()}
    assert sorted(desk.kept().values()) == [b"dots", b"p"]
    assert not list(desk.root.rglob("evil*"))


@pytest.mark.parametrize("whole", [False, True], ids=["in a zip", "the package itself"])
def test_a_file_named_like_a_formula_is_none_in_the_tables(desk: Desk, whole: bool) -> None:
    name = "=cmd|' /C calc'!A0"
    package: bytes | Path = zipped({f"{name}/x.ipynb": work(), name: work(), f"{name}.zip": b""})
    if whole:
        package = desk.root / "=cmd|'!A0.ipynb"
        package.write_bytes(work())
    done = desk.collect(package)
    assert done.questions
    assert desk.submitted() == {}
    path = desk.root / "collected" / "01" / "questions.csv"
    rows = list(csv.reader(path.open(newline="")))
    assert not any(field.startswith(("=", "+", "-", "@")) for row in rows for field in row)
    assert any("=cmd" in row[0] for row in rows)
    with path.open("w", newline="") as file:  # a person decides, in a spreadsheet
        csv.writer(file, delimiter=";").writerows(
            [rows[0], *([*row[:3], "ada"] for row in rows[1:])]
        )
    assert [placed.student for placed in desk.collect(package).placed] == ["ada"]
    assert desk.submitted() == {"ada": work()}


def test_the_table_for_the_terminal_has_one_line_for_each_student(desk: Desk) -> None:
    name = "Ada Lovelace_11_assignsubmission_file_/01_tiny, the very last version of it.ipynb"
    done = desk.collect(zipped({name: work()}))
    shown = io.StringIO()
    Console(file=shown, width=100).print(collection_table(desk.session, done))
    lines = shown.getvalue().splitlines()
    assert len(lines) == 3
    assert lines[-1].split()[:2] == ["ada", "2026-05-02"]
    assert "download0.zip: Ada Lov…t version of it.ipynb" in lines[-1]


def test_a_name_that_is_no_text_is_collected_too(desk: Desk) -> None:
    folder = desk.root / "all"
    folder.mkdir()
    with open(os.fsencode(folder) + b"/ada \xff.ipynb", "wb") as file:
        file.write(work())
    (placed,) = desk.collect(folder).placed
    assert placed.origin == "all/ada \\xff.ipynb"
    assert desk.submitted() == {"ada": work()}


def test_the_command_says_what_went_where(desk: Desk) -> None:
    (desk.root / "roster.csv").write_text("id,name\nada,Ada Lovelace\n")
    (desk.root / "all.zip").write_bytes(zipped({
        "Ada Lovelace_1_assignsubmission_file_/w.ipynb": work(),
        "Eve [red]_2_assignsubmission_file_/w.ipynb": work()}))  # fmt: skip
    done = CliRunner().invoke(main, ["--root", str(desk.root), "collect",
                                     str(desk.root / "all.zip"), "--assignment", "01"])  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "1 submission in place, 1 question\n" in done.output
    assert "nobody on the roster is called 'Eve [red]'" in done.output
    assert "last column of collected/01/questions.csv" in done.output
    done = CliRunner().invoke(main, ["--root", str(desk.root), "collect", "none.zip",
                                     "--assignment", "01"])  # fmt: skip
    assert done.exit_code == 1
    assert done.output.strip() == "course: none.zip: there is no such file or folder"
