"""Look for what must not be seen: tests, solutions, secrets, other submissions."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.attacks.conftest import SECRET, Attack, Classroom, Graded, forged, with_neighbour
from tests.attacks.course import WRONG

HIDDEN = "7 cells, a window of 3"  # stands in the hidden test only
MODEL = "borders count too"  # stands in the model answer only

# Each prints what it finds; nothing of the above may be among it.
LOOKS = {
    "frames": "import sys, traceback\n"
    "def conv_output_size(*a, **k):\n"
    "    f = sys._getframe()\n"
    "    while f:\n"
    "        print(f.f_code.co_name, sorted(f.f_locals), repr(f.f_locals)[:3000]); f = f.f_back\n"
    "    raise ValueError('seen: ' + ''.join(traceback.format_stack())[-5000:])\n"
    "try: conv_output_size()\nexcept ValueError as e: print(e)",
    "garbage_collector": "import gc\n"
    "for thing in gc.get_objects():\n"
    "    if isinstance(thing, (dict, list, tuple)):\n"
    "        text = str([x for x in (thing.values() if isinstance(thing, dict) else thing)\n"
    "                    if type(x) is str])\n"
    "        if 'a window of' + ' 3' in text or 'borders' + ' count' in text: print(text)",
    "history": "print(get_ipython().user_ns.get('In'), get_ipython().user_ns.get('Out'))\n"
    "print(list(get_ipython().history_manager.get_range()))",
    "line_cache": "import linecache\n"
    "for name, (_, _, lines, _) in list(linecache.cache.items()):\n"
    "    if '7 cells' in ''.join(lines): print(name, lines)",
    "own_memory": "for line in open('/proc/self/maps'):\n"
    "    area, rights = line.split()[:2]\n"
    "    if 'r' in rights and 'heap' in line:\n"
    "        low, high = (int(x, 16) for x in area.split('-'))\n"
    "        with open('/proc/self/mem', 'rb', 0) as m:\n"
    "            m.seek(low); data = m.read(high - low)\n"
    "        for word in (b'a window' + b' of 3', b'borders' + b' count too'):\n"
    "            place = data.find(word)\n"
    "            if place >= 0: print(data[place - 40:place + 40].decode(errors='replace'))",
    "other_processes": "import os\n"
    "for pid in filter(str.isdigit, os.listdir('/proc')):\n"
    "    for name in ('cmdline', 'environ', 'cwd', 'maps'):\n"
    "        try: print(pid, open(f'/proc/{pid}/{name}').read()[:3000])\n"
    "        except OSError as error: print(pid, error)\n"
    "print('processes:', sum(p.isdigit() for p in os.listdir('/proc')))",
    "environment": "import os, subprocess\nprint(dict(os.environ))\n"
    "print(subprocess.run('env; cat /proc/*/environ', shell=True, capture_output=True).stdout)",
    "descriptors": "import os\n"
    "for fd in os.listdir('/proc/self/fd'):\n"
    "    try: print(fd, os.readlink(f'/proc/self/fd/{fd}'))\n"
    "    except OSError: pass",
    "files_by_name": "import os, glob\n"
    "for root, folders, files in os.walk('/'):\n"
    "    if root.startswith(('/proc', '/usr')): folders.clear(); continue\n"
    "    for name in files:\n"
    "        if name.endswith('.ipynb') or name in ('gradebook.db', 'secret.txt', 'shadow') or (\n"
    "                name[:3] == '01_'):\n"
    "            if 'site-packages' not in root: print(os.path.join(root, name))",
    "sources_of_the_package": "import inspect, cvlib, importlib, pkgutil, sys\n"
    "for get in (lambda: inspect.getsource(conv.conv_output_size),\n"
    "            lambda: open(conv.__file__).read(),\n"
    "            lambda: conv.__loader__.get_source('cvlib.conv'),\n"
    "            lambda: pkgutil.get_data('cvlib', 'conv.py'),\n"
    "            lambda: open(sys.modules['autograder.engine.student'].__file__).read()):\n"
    "    try: print('source:', get())\n"
    "    except Exception as error: print('no source:', type(error).__name__)",
    "import_of_the_grader": "for name in ('judge', 'runner', 'plan', 'preprocessors', 'engine'):\n"
    "    try: print('imported', __import__(f'autograder.engine.{name}'))\n"
    "    except ImportError: print('no', name)",
}
ATTACKS = {name: (code, WRONG) for name, code in LOOKS.items()}


@pytest.mark.parametrize("name", LOOKS)
def test_submission_cannot_see_by(name: str, attacks: dict[str, Graded]) -> None:
    graded = attacks[name]
    graded.gained_nothing()
    shown = "".join(said for said in (graded.text,) if said)
    for secret in (HIDDEN + '"', MODEL, SECRET, "like=conv.conv_output_size", "gradebook.db"):
        assert secret not in learners_part(graded), f"{name} shows {secret}"
    assert shown


def learners_part(graded: Graded) -> str:
    """What the learner's own cells showed, without what the tests say."""
    from tests.attacks.conftest import mark, said

    return "\n".join(said(cell) for cell in graded.cells if not mark(cell))


def test_submission_cannot_find_its_own_parents(attacks: dict[str, Graded]) -> None:
    assert "processes: 1\n" in attacks["other_processes"].text


def test_submission_cannot_hold_a_descriptor_of_the_graders(attacks: dict[str, Graded]) -> None:
    """Only the channel is open; a pipe would be shared with others."""
    held = learners_part(attacks["descriptors"])
    assert held.count("socket:") == 1
    assert "pipe:" not in held


def test_submission_cannot_read_sources_of_references(attacks: dict[str, Graded]) -> None:
    assert "source:" not in attacks["sources_of_the_package"].text.replace("no source:", "")
    assert attacks["sources_of_the_package"].text.count("no source:") == 5


def test_submission_cannot_import_the_other_half_of_the_grader(attacks: dict[str, Graded]) -> None:
    assert "imported" not in attacks["import_of_the_grader"].text


def test_submission_cannot_read_files_of_the_machine(room: Classroom, attack: Attack) -> None:
    """By their full names, which an attacker might know."""
    zoe = room.folder("zoe")
    settings = room.settings
    home = Path.home() / ".bashrc"
    names = [settings.root / "secret.txt", settings.gradebook, zoe / "01_attacked.ipynb", home,
             settings.source / "01" / "01_attacked.ipynb", settings.root / "nbgrader_config.py",
             Path("/etc/passwd"), Path("/etc/shadow"), Path("/etc/hostname"),
             Path("/proc/1/root/etc/shadow"), Path("/proc/kcore"), Path("/dev/sda")]  # fmt: skip
    code = (
        f"names = {[str(name) for name in names]}\n"
        "for name in names:\n"
        "    try: print('READ', name, open(name, 'rb').read(100))\n"
        "    except OSError as error: print('blocked', name, type(error).__name__)\n"
    )
    graded = attack(code)
    assert "READ" not in graded.text
    assert graded.text.count("blocked") == len(names)
    graded.gained_nothing()


def test_submission_cannot_read_another_that_runs_at_once(room: Classroom) -> None:
    """Two of them try each other: processes, shared memory, terminals, keys, signals."""
    code = (
        "import os, time, glob, ctypes, pty\n"
        "open('/tmp/mallory-was-here', 'w').write('x'); open('/dev/shm/mallory-was-here', 'w')\n"
        "leader, follower = pty.openpty()\n"
        "libc = ctypes.CDLL(None)\n"
        "key = libc.syscall(248, b'user', b'mallory', b'note', 4, -4)\n"
        "shm = libc.shmget(4711, 4096, 0o1666)\n"
        "time.sleep(1.0)\n"
        "print('key:', key, 'shm:', shm)\n"
        "print('files:', len(glob.glob('/tmp/*')), len(glob.glob('/dev/shm/*')))\n"
        "print('terminals:', len(glob.glob('/dev/pts/[0-9]*')))\n"
        "print('pids:', [p for p in os.listdir('/proc') if p.isdigit()])\n"
    )
    for name in ("mallory", "morgan"):
        room.hand_in(name, forged(room, code))
    graded = with_neighbour(room)
    for name in ("mallory", "morgan"):
        text = graded[name].text
        assert "key: -1 shm: -1" in text
        assert "files: 1 1" in text
        assert "terminals: 1" in text
        assert "pids: ['1']" in text


def test_submission_cannot_leave_a_note_for_the_next(room: Classroom) -> None:
    """What one leaves in every writable place, another does not find."""
    places = ["/", "/tmp", "/dev", "/dev/shm", "/var/tmp", "/library", "/run", "/home", "/opt"]
    code = (
        "import os\n"
        f"for place in {places}:\n"
        "    try: print('notes:', [n for n in os.listdir(place) if 'mallory' in n])\n"
        "    except OSError: pass\n"
        "    try: open(place + '/mallory-was-here', 'w')\n"
        "    except OSError: pass\n"
    )
    for name in ("mallory", "morgan", "mortimer"):
        room.hand_in(name, forged(room, code))
    graded = with_neighbour(room)
    for name in ("mallory", "morgan", "mortimer"):
        assert "notes: []" in graded[name].text
        assert "['mallory" not in graded[name].text


def test_submission_cannot_learn_from_time_stamps_of_the_course(attack: Attack) -> None:
    """The course's folder is not there at all, whatever is guessed."""
    here = Path(os.getcwd())
    code = f"import os\nprint([os.path.exists(p) for p in {[str(here / 'course')]}])"
    begin = time.monotonic()
    assert "[False]" in attack(code).text
    assert time.monotonic() > begin
