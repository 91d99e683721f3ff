"""Put strange things in the submission's folder: they are set aside, nothing is followed."""

from __future__ import annotations

import json
import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.attacks.conftest import MARK, NAME, SECRET, Classroom, forged, with_neighbour
from tests.attacks.course import RIGHT

MODULES = ("torch", "json", "cvlib", "sitecustomize", "usercustomize", "conftest", "autograder")


def planted_modules(folder: Path, _room: Classroom) -> None:
    """Modules beside the notebook, where a kernel would find them first."""
    text = f"open({str(folder / MARK)!r}, 'w')\nallclose = lambda *a, **k: True\n"
    for name in MODULES:
        (folder / f"{name}.py").write_text(text)
    (folder / "evil.pth").write_text(f"import os; os.system('touch {folder / MARK}')\n")
    (folder / "cvlib").mkdir()
    (folder / "cvlib" / "__init__.py").write_text(text)
    (folder / "pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = '-p evil'\n")
    (folder / "nbgrader_config.py").write_text(text)
    (folder / "jupyter_nbconvert_config.py").write_text(text)


def symlinks(folder: Path, room: Classroom) -> None:
    """Links to secrets, to a folder, to nowhere, to itself."""
    (folder / "notes.txt").symlink_to(room.settings.root / "secret.txt")
    (folder / "all").symlink_to("/")
    (folder / "nowhere").symlink_to("/does/not/exist")
    (folder / "loop").symlink_to("loop")
    (folder / "inner").mkdir()
    (folder / "inner" / "up").symlink_to("..")


def fifos(folder: Path, _room: Classroom) -> None:
    """Who opens a pipe waits for ever."""
    os.mkfifo(folder / "timestamp.txt")
    os.mkfifo(folder / "a.ipynb")
    (folder / "inner").mkdir()
    os.mkfifo(folder / "inner" / "pipe")


def sockets(folder: Path, _room: Classroom) -> None:
    """A socket is no file."""
    here = os.getcwd()
    os.chdir(folder)
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("talk")
    finally:
        os.chdir(here)


def deep_folders(folder: Path, _room: Classroom) -> None:
    """Deeper than any path may be long."""
    here = os.getcwd()
    os.chdir(folder)
    try:
        for _ in range(1500):
            os.mkdir("d")
            os.chdir("d")
    finally:
        os.chdir(here)


def thousands_of_files(folder: Path, _room: Classroom) -> None:
    """More than anybody hands in."""
    (folder / "many").mkdir()
    for number in range(3000):
        (folder / "many" / str(number)).touch()
    for number in range(1000):
        (folder / f"file{number}").touch()


def huge_file(folder: Path, _room: Classroom) -> None:
    """Large on paper."""
    with open(folder / "big.bin", "wb") as file:
        file.truncate(2**40)


def strange_names(folder: Path, _room: Classroom) -> None:
    """Names that are no paths, or not text."""
    for name in (b"..\\..\\" + MARK.encode(), b"\xff\xfe.txt", b"new\nline", b"*", b"-rf", b"%s{0}",
                 b"$(touch x)", b" ", b"'; DROP TABLE grade; --", b"a" * 255):  # fmt: skip
        with open(os.fsencode(folder) + b"/" + name, "wb") as file:
            file.write(b"x")


def own_stamps(folder: Path, _room: Classroom) -> None:
    """Files under the names that grading itself writes."""
    (folder / "graded.json").mkdir()
    (folder / "graded.json" / "x").touch()
    (folder / "gradebook.db").write_bytes(b"SQLite format 3\0")
    (folder / f"{NAME}.html").write_text("<script>")


def stamp_of_another_kind(folder: Path, _room: Classroom) -> None:
    """A stamp that is not one."""
    (folder / "graded.json").write_text("[1, 2]")


def wrong_timestamp(folder: Path, _room: Classroom) -> None:
    """A time that is none."""
    (folder / "timestamp.txt").write_text("yesterday\x00 99999-99-99 BRT")


def other_notebooks(folder: Path, _room: Classroom) -> None:
    """More notebooks, also of other sessions, also by almost the same name."""
    for name in ("02_other.ipynb", f"{NAME}.ipynb.ipynb", f"{NAME} (1).ipynb", "[a-z]*.ipynb"):
        shutil.copy(folder / f"{NAME}.ipynb", folder / name)


def forbidden_folder(folder: Path, _room: Classroom) -> None:
    """A folder that nobody may read; and a file."""
    (folder / "closed").mkdir(mode=0)
    (folder / "closed.txt").touch(mode=0)


Plant = Callable[[Path, Classroom], None]
PLANTS: list[Plant] = [
    planted_modules, symlinks, fifos, sockets, deep_folders, thousands_of_files, huge_file,
    strange_names, own_stamps, stamp_of_another_kind, wrong_timestamp, other_notebooks,
    forbidden_folder,
]  # fmt: skip


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_submission_cannot_harm_by(plant: Plant, room: Classroom) -> None:
    room.hand_in("mallory", forged(room))
    folder = room.folder("mallory")
    plant(folder, room)
    graded = with_neighbour(room)["mallory"]
    if not graded.reason:
        graded.gained_nothing()
        graded.kept_the_rest()
    assert not (folder / MARK).exists(), "what was planted was run"
    assert SECRET not in graded.text
    written = room.settings.autograded / "mallory"
    for path in written.rglob("*"):
        assert not path.is_symlink()
        assert SECRET.encode() not in (path.read_bytes() if path.is_file() else b"")


def test_submission_cannot_be_a_link_to_anothers(room: Classroom) -> None:
    room.hand_in("victor", room.notebook(RIGHT))
    victors = room.folder("victor") / f"{NAME}.ipynb"
    (room.folder("mallory") / f"{NAME}.ipynb").symlink_to(victors)
    (room.settings.submitted / "morgan").mkdir()
    (room.settings.submitted / "morgan" / "01").symlink_to(room.folder("victor"))
    (room.settings.submitted / "mortimer").symlink_to(room.settings.submitted / "victor")
    graded = with_neighbour(room)
    for name in ("mallory", "morgan", "mortimer"):
        assert name not in graded or (graded[name].reason and not graded[name].scores)
    assert victors.is_file()
    assert graded["victor"].of("01-") == 10


def test_submission_cannot_be_a_pipe(room: Classroom) -> None:
    os.mkfifo(room.folder("mallory") / f"{NAME}.ipynb")
    assert with_neighbour(room)["mallory"].reason


def test_submission_cannot_be_a_folder(room: Classroom) -> None:
    (room.folder("mallory") / f"{NAME}.ipynb").mkdir()
    assert with_neighbour(room)["mallory"].reason


def test_submission_cannot_choose_other_students_by_its_name(room: Classroom) -> None:
    """A name with a star would match everybody's folder; one with dots leads elsewhere."""
    room.hand_in("victor", room.notebook(RIGHT))
    for name in ("*", "vict?r", "[uvw]ictor", "..victor", "a b;c"):
        room.hand_in(name, forged(room))
    graded = with_neighbour(room)
    assert graded["victor"].of("01-") == 10
    for name in ("*", "vict?r", "[uvw]ictor"):
        assert "can't have this name" in graded[name].reason


def test_submission_cannot_stamp_itself_as_graded(room: Classroom) -> None:
    """Its own graded.json does not keep it from being graded again."""
    room.hand_in("mallory", forged(room))
    stamp = {"graded": "0" * 64, "seconds": "x"}
    (room.folder("mallory") / "graded.json").write_text(json.dumps(stamp))
    with_neighbour(room)["mallory"].gained_nothing()
    room.hand_in("mallory", room.notebook(RIGHT))
    assert with_neighbour(room)["mallory"].of("01-") == 10
