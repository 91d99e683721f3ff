"""Take all there is: memory, processes, disk, output. It ends at the submission's limits."""

from __future__ import annotations

import pytest

from autograder.engine.ticket import Budget
from tests.attacks.conftest import NAME, Attack, Classroom, Graded
from tests.attacks.course import WRONG

BUDGET = Budget(cell=4.0, total=20.0)
LOUD = "def conv_output_size(*a, **k):\n    {}\n    return -1\n"
ATTACKS = {
    "memory": ("blocks = []\nwhile True: blocks.append(bytearray(100 << 20))", WRONG),
    "memory_in_tensors": ("kept = [torch.ones(2 ** 26) for _ in range(100)]", WRONG),
    "forks": (
        "import os, time\nend = time.time() + 60\n"
        "while time.time() < end:\n"
        "    try: os.fork()\n    except OSError: time.sleep(0.01)",
        WRONG,
    ),
    "threads": (
        "import threading, time\n"
        "for _ in range(10_000): threading.Thread(target=time.sleep, args=(60,)).start()",
        WRONG,
    ),
    "disk": (
        "import os\n"
        "for place in ('/tmp', '/dev/shm'):\n"
        "    total = 0\n"
        "    try:\n"
        "        for n in range(40):\n"
        "            with open(f'{place}/{n}', 'wb') as f: total += f.write(bytes(20 << 20))\n"
        "    except OSError as error: print(place, 'full at', total >> 20, error)\n"
        "for n in range(6): os.remove(f'/tmp/{n}')\n"
        "try: open('/tmp/one', 'wb').write(bytes(100 << 20))\n"
        "except OSError as error: print(error)",
        WRONG,
    ),
    "inodes": (
        "import os\nn = 0\ntry:\n    while True: os.mkdir(f'/tmp/{n}'); n += 1\n"
        "except OSError as error: print('after', n, error)",
        WRONG,
    ),
    "open_files": ("files = [open('/dev/null') for _ in range(5000)]", WRONG),
    "print": ("for _ in range(300): print('x' * 1_000_000)", WRONG),
    "print_to_stderr": (
        "import sys\nfor _ in range(300): sys.stderr.write('y' * 1_000_000)",
        WRONG,
    ),
    "print_to_descriptors": ("import os\nfor _ in range(300): os.write(1, b'z' * 1000000)", WRONG),
    "display": (
        "from IPython.display import display, HTML, Image\n"
        "for _ in range(500): display(HTML('x' * 3_000_000))",
        WRONG,
    ),
    "pictures": (
        "from IPython.display import display, Image\n"
        "for _ in range(40): display(Image(b'\\x89PNG\\r\\n\\x1a\\n' + bytes(2_000_000)))",
        WRONG,
    ),
    "huge_repr": ("class Big:\n    def __repr__(self): return 'x' * 300_000_000\nBig()", WRONG),
    "huge_message": ("raise ValueError('m' * 200_000_000)", WRONG),
    "huge_traceback": ("def f(n): return f(n + 1)\nf(0)", WRONG),
    "chain_of_exceptions": (
        "def f(n):\n    try: f(n - 1) if n else 1 / 0\n"
        "    except Exception as e: raise ValueError('x' * 10_000) from e\nf(200)",
        WRONG,
    ),
    "print_in_the_answer": ("", LOUD.format("print('x' * 50_000_000)")),
    "message_in_the_answer": ("", LOUD.format("raise ValueError('x' * 50_000_000)")),
    "warnings": ("import warnings\nfor n in range(20_000): warnings.warn(f'{n}' * 100)", WRONG),
}
MANY = {
    "memory_of_many": (
        "import os, time\nfor _ in range(8):\n"
        "    if os.fork() == 0:\n"
        "        block = bytearray(b'x') * (400 << 20); time.sleep(60)\n"
        "time.sleep(30); print('STILL THERE')"
    ),
    "shared_memory_of_many": (
        "import mmap, os, time\nfor _ in range(6):\n"
        "    if os.fork() == 0:\n"
        "        area = mmap.mmap(-1, 1500 << 20)\n"
        "        if os.fork() == 0:\n"
        "            for i in range(0, 600 << 20, 4096): area[i] = 1\n"
        "            os._exit(0)\n"
        "        time.sleep(60)\n"
        "time.sleep(30); print('STILL THERE')"
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_submission_cannot_exhaust(
    name: str, attacks: dict[str, Graded], classroom: Classroom
) -> None:
    graded = attacks[name]
    graded.gained_nothing()
    graded.kept_the_rest()
    assert name != "forks" or "too long" in graded.text, "it has to be told why"
    written = classroom.settings.autograded / name / "01" / f"{NAME}.ipynb"
    assert written.stat().st_size < 60 * 2**20
    if name not in ("pictures", "memory"):
        assert written.stat().st_size < 3 * 2**20


@pytest.mark.parametrize("name", MANY)
def test_submission_cannot_exhaust_memory_by_many_processes(name: str, attack: Attack) -> None:
    """Each stays below its own limit; together they don't."""
    graded = attack(MANY[name])
    graded.gained_nothing()
    graded.kept_the_rest()
    assert "STILL THERE" not in graded.text
    assert "too much memory" in graded.text


def test_submission_cannot_fill_more_than_its_scratch_folder(attacks: dict[str, Graded]) -> None:
    lines = [line for line in attacks["disk"].text.splitlines() if "full at" in line]
    assert len(lines) == 2
    assert all(int(line.split("full at ")[1].split()[0]) <= 128 for line in lines)
    assert "File too large" in attacks["disk"].text
    assert "after 19" in attacks["inodes"].text
