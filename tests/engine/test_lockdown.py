"""Lockdown's parts: the filter of system calls, the watcher's sums, refusing without a sandbox."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.engine import sandbox, syscalls, watcher
from autograder.engine.engine import Engine
from autograder.errors import GradingError

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("machine", syscalls.TABLES)
def test_filter_is_a_program_whose_jumps_stay_inside(machine: str) -> None:
    program = syscalls.assemble(machine, memory_files=False)
    lines = list(struct.iter_unpack("HBBI", program))
    assert len(lines) < 4096
    for place, (code, yes, no, _) in enumerate(lines):
        if code != syscalls.RETURN and code != syscalls.LOAD:
            assert place + 1 + max(yes, no) < len(lines)
    assert lines[-1] == (syscalls.RETURN, 0, 0, syscalls.ALLOW)


@pytest.mark.parametrize(
    ("number", "argument", "verdict"),
    [
        (39, 0, "allowed"), (56, 17, "allowed"), (56, 0x10000011, "refused"),
        (56, 0x00020011, "refused"), (41, 1, "allowed"), (41, 2, "allowed"), (41, 40, "refused"),
        (41, 17, "refused"), (272, 0, "refused"), (165, 0, "refused"), (319, 0, "refused"),
        (435, 0, "refused"), (0x40000000 + 39, 0, "refused"), (250, 0, "refused"),
        (59, 0, "allowed"), (9, 0, "allowed"),
    ],
)  # fmt: skip
def test_filter_decides(number: int, argument: int, verdict: str) -> None:
    """The program, run by a small interpreter as the kernel would."""
    result = interpret(syscalls.assemble("x86_64", memory_files=False), number, argument)
    assert (result == syscalls.ALLOW) == (verdict == "allowed")


def test_filter_refuses_calls_of_another_architecture() -> None:
    program = syscalls.assemble("x86_64", memory_files=False)
    assert interpret(program, 39, 0, architecture=0x40000003) != syscalls.ALLOW


def test_filter_leaves_memory_files_to_graphics_drivers() -> None:
    assert interpret(syscalls.assemble("x86_64", memory_files=True), 319, 0) == syscalls.ALLOW


def interpret(program: bytes, number: int, argument: int, architecture: int = 0xC000003E) -> int:
    data = {syscalls.NUMBER: number, syscalls.ARCHITECTURE: architecture,
            syscalls.FIRST_ARGUMENT: argument}  # fmt: skip
    lines = list(struct.iter_unpack("HBBI", program))
    place = value = 0
    while True:
        code, yes, no, operand = lines[place]
        place += 1
        if code == syscalls.RETURN:
            return int(operand)
        if code == syscalls.LOAD:
            value = data[operand]
            continue
        holds = {syscalls.EQUAL: value == operand, syscalls.AT_LEAST: value >= operand,
                 syscalls.ANY_BIT: bool(value & operand)}[code]  # fmt: skip
        place += yes if holds else no


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="needs Linux's /proc")
def test_watcher_sums_what_a_family_holds() -> None:
    program = ("import os, sys, time; block = bytearray(b'x') * (50 << 20)\n"
               "os.fork(); os.write(1, b'ready\\n'); time.sleep(60)")  # fmt: skip
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    folder = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)
    try:
        assert process.stdout is not None
        assert [process.stdout.readline(), process.stdout.readline()] == [b"ready\n"] * 2
        members = watcher.family(process.pid, folder)
        assert len(members) == 2
        total = sum(watcher.held(member, folder) for member in members)
        assert 50 << 20 <= total < 100 << 20  # shared by both, counted once
        base = watcher.address_space(process.pid, folder)
        assert not watcher.is_too_large(members, folder, 200 << 20, base)
        assert watcher.is_too_large(members, folder, 40 << 20, base)
    finally:
        for member in watcher.family(process.pid, folder)[::-1]:
            os.kill(member, 9)
        process.wait()
        process.stdout.close()  # type: ignore[union-attr]
        os.close(folder)


def test_watcher_takes_a_vanished_process_for_nothing() -> None:
    folder = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)
    assert watcher.held(2**22 - 1, folder) == 0
    assert watcher.family(2**22 - 1, folder) == [2**22 - 1]
    os.close(folder)


@pytest.mark.parametrize(("system", "tool", "reason"), [
    ("darwin", "/usr/bin/bwrap", "there is no sandbox on this system: bubblewrap needs Linux"),
    ("linux", None, "bubblewrap (bwrap) is not installed"),
])  # fmt: skip
def test_without_a_sandbox_grading_refuses_and_says_how(
    system: str, tool: str | None, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(shutil, "which", lambda _: tool)
    with pytest.raises(GradingError) as caught:
        Engine().running()
    assert str(caught.value) == f"{reason}; --no-sandbox grades without, if you trust every student"


def test_sandbox_shows_no_installed_copy_of_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With `pip install .` the sources lie among the packages, which are shown."""
    for name in ("cvlib", "autograder"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr("site.getsitepackages", lambda: [str(tmp_path)])
    assert {str(tmp_path / "cvlib"), str(tmp_path / "autograder")} <= set(
        sandbox.installed_copies()
    )


@pytest.mark.skipif(
    os.getuid() != 0 or bool(sandbox.reason_against()) or shutil.which("unshare") is None,
    reason="becomes an ordinary user by unshare, which takes root",
)
def test_an_ordinary_user_can_grade_as_well() -> None:
    """In a user namespace as user 1000: the sandbox then makes user namespaces of its own."""
    program = (
        "import os\n"
        "from autograder.engine.engine import Engine\n"
        "from autograder.engine.ticket import Step, Ticket\n"
        'look = "import os; print(os.getuid(), [os.path.exists(p) for p in '
        f"({str(ROOT / 'course')!r}, '/library/cvlib/conv.py')])\"\n"
        "try_write = \"for p in '/', '/dev', '/library':\\n"
        "    try: open(p + '/x', 'w'); print('WROTE')\\n    except OSError: pass\"\n"
        "steps = (Step(0, 'student', 'a', look), Step(1, 'student', 'b', try_write),\n"
        "         Step(2, 'test', 't', '1'))\n"
        "with Engine() as engine:\n"
        "    print(os.getuid(), engine.run(Ticket(steps, frozenset()))['outputs'])\n"
    )
    command = ["unshare", "--user", "--map-user=1000", "--map-group=1000", sys.executable, "-c"]
    done = subprocess.run([*command, program], capture_output=True, text=True, cwd=ROOT,
                          timeout=120, check=False)  # fmt: skip
    if "unshare failed" in done.stderr:
        pytest.skip(done.stderr.strip())
    assert done.stdout.startswith("1000 "), done.stderr
    assert "1000 [False, False]" in done.stdout
    assert "WROTE" not in done.stdout
    assert "'text/plain': '1'" in done.stdout
