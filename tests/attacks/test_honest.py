"""Honest oddities: unusual, allowed, and worth full points."""

from __future__ import annotations

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from tests.attacks.conftest import Attack, Classroom, Graded, mark, with_neighbour
from tests.attacks.course import FULL, RIGHT

SIZE = "room // stride + 1"
HEAD = "def conv_output_size(size, kernel_size, stride=1, padding=0, dilation=1):\n"
BODY = (
    "    room = size + 2 * padding - dilation * (kernel_size - 1) - 1\n"
    "    if room < 0:\n        raise ValueError('does not fit')\n"
    "    return room // stride + 1\n"
)
RIGHT_ONE = HEAD + BODY
# name -> (a cell before the first exercise, the answer to it)
ATTACKS: dict[str, tuple[str, str]] = {
    "helpers_in_extra_cells": (
        "def room_for(size, kernel_size, padding, dilation):\n"
        "    return size + 2 * padding - dilation * (kernel_size - 1) - 1",
        HEAD + "    room = room_for(size, kernel_size, padding, dilation)\n"
        "    if room < 0:\n        raise ValueError('no')\n    return room // stride + 1",
    ),
    "prints_to_stderr": (
        "import sys\nprint('hello', file=sys.stderr)",
        "import sys\n" + HEAD + "    print('working', size, file=sys.stderr)\n" + BODY,
    ),
    "prints_a_lot": ("print('x' * 1000)", HEAD + "    print(size, kernel_size)\n" + BODY),
    "warnings": (
        "import warnings\nwarnings.warn('careful')",
        "import warnings\n" + HEAD + "    warnings.warn('old', DeprecationWarning)\n" + BODY,
    ),
    "redefinition": (HEAD + "    return 0", RIGHT_ONE),
    "decorator": (
        "import functools\n"
        "def logged(f):\n    @functools.wraps(f)\n"
        "    def inner(*a, **k):\n        return f(*a, **k)\n    return inner",
        "@logged\n@functools.lru_cache\n" + RIGHT_ONE,
    ),
    "lambda": (
        "def fail(): raise ValueError",
        "conv_output_size = lambda size, kernel_size, stride=1, padding=0, dilation=1: (\n"
        "    (size + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1\n"
        "    if size + 2 * padding > dilation * (kernel_size - 1) else fail())",
    ),
    "partial": (
        "import functools\ndef general(offset, " + HEAD.split("(", 1)[1] + BODY,
        "conv_output_size = functools.partial(general, 1)",
    ),
    "callable_object": (
        "class Size:\n    def __call__(self, size, kernel_size, stride=1, padding=0, dilation=1):\n"
        + BODY.replace("    ", "        "),
        "conv_output_size = Size()",
    ),
    "static_method": (
        "class Sizes:\n    @staticmethod\n    " + RIGHT_ONE.replace("\n", "\n    "),
        "conv_output_size = Sizes.conv_output_size",
    ),
    "default_dtype": ("torch.set_default_dtype(torch.float64)", RIGHT_ONE),
    "global_random_state": (
        "import random, numpy\n"
        "torch.manual_seed(1); random.seed(1); numpy.random.seed(1)\nprint(torch.rand(2))",
        HEAD + "    torch.manual_seed(size); torch.rand(3)\n" + BODY,
    ),
    "threads_of_torch": ("torch.set_num_threads(2)\ntorch.set_grad_enabled(False)", RIGHT_ONE),
    "shadowed_builtins": (
        "list = [1, 2]\nlen = 5\nsum = 0\nprint = None\nmax = min = abs = id = input = 7",
        RIGHT_ONE,
    ),
    "figure": (
        "import matplotlib.pyplot as plt\nplt.plot([1, 2, 3])\nplt.title('mine')\nplt.show()",
        RIGHT_ONE,
    ),
    "cell_with_an_error": ("1 / 0", RIGHT_ONE),
    "cell_with_a_syntax_error": ("def broken(:\n    pass", RIGHT_ONE),
    "deep_recursion_by_mistake": ("def f(n): return f(n + 1)\nf(0)", RIGHT_ONE),
    "magics": (
        "%timeit -n 1 -r 1 sum([1, 2])\n%time x = 1\n!ls\n%cd /tmp\n%pwd\n%who\n"
        "%env EXTRA=1\n%load_ext autoreload\n%autoreload 2\n%matplotlib inline\n%pip --version",
        RIGHT_ONE,
    ),
    "cell_magic": ("%%time\nhelper = 3\nhelper", RIGHT_ONE),
    "shell_lines": ("files = !ls\nprint(len(files))\n!pip install nothing-at-all", RIGHT_ONE),
    "question_mark": ("torch.ones?\nlen??", RIGHT_ONE),
    "name_of_a_demonstration": (
        "",
        HEAD + "    assert ramp == [1, 2, 3]\n" + BODY,
    ),
    "demonstration_looked_up_by_its_text": (
        "def first():\n    try: return eval('ramp[0]')\n    except Exception: return 99",
        HEAD + "    assert globals()['ramp'][1] == 2 and first() == 1\n" + BODY,
    ),
    "timed": ("%%capture shown\nprint(7)", "%%time\n" + RIGHT_ONE),
    "global_state": ("calls = []", HEAD + "    global calls\n    calls.append(size)\n" + BODY),
    "annotations": (
        "from __future__ import annotations\nfrom typing import *",
        "from __future__ import annotations\n"
        "def conv_output_size(size: int, kernel_size: int, stride: int = 1, padding: int = 0,\n"
        "                     dilation: int = 1) -> Unknown | None:\n" + BODY,
    ),
    "recursion": (
        "",
        HEAD + "    if size + 2 * padding < dilation * (kernel_size - 1) + 1:\n"
        "        raise ValueError\n"
        "    smaller = size - stride\n"
        "    if smaller + 2 * padding < dilation * (kernel_size - 1) + 1:\n        return 1\n"
        "    return 1 + conv_output_size(smaller, kernel_size, stride, padding, dilation)",
    ),
    "counted_with_a_list": (
        "",
        HEAD + "    last = size + 2 * padding - dilation * (kernel_size - 1) - 1\n"
        "    if last < 0:\n        raise ValueError\n"
        "    return len(list(place for place in range(0, last + 1, stride)))",
    ),
    "numpy_inside": (
        "import numpy as np",
        HEAD + "    size = np.int64(size)\n" + BODY.replace("return room // stride + 1",
                                                          "return int(room // stride + 1)"),
    ),
    "own_exception": (
        "class DoesNotFit(ValueError): pass",
        RIGHT_ONE.replace("raise ValueError", "raise DoesNotFit"),
    ),
    "class_of_the_same_name_before": ("class conv_output_size: pass", RIGHT_ONE),
    "own_check": (
        RIGHT_ONE + "check.function(conv_output_size, like=conv.conv_output_size, cases=[(5, 3)])",
        RIGHT_ONE,
    ),
    "file_in_the_scratch_folder": (
        "with open('notes.txt', 'w') as f: f.write('7')\nprint(open('notes.txt').read())",
        RIGHT_ONE,
    ),
    "asynchronous": ("import asyncio\nawait asyncio.sleep(0)\nasync def f(): return 1\nawait f()",
                     RIGHT_ONE),
    "threads": (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor(4) as pool: print(list(pool.map(abs, [-1, -2])))",
        RIGHT_ONE,
    ),
    "processes": (
        "import subprocess, sys\n"
        "print(subprocess.run([sys.executable, '-c', 'print(6 * 7)'], capture_output=True))",
        RIGHT_ONE,
    ),
    "unicode": ("größe = 'π ≈ 3'\nprint(größe, '✓ 日本語 🎉')", RIGHT_ONE),
    "indented_by_tabs": ("", RIGHT_ONE.replace("    ", "\t")),
    "windows_line_ends": ("", RIGHT_ONE.replace("\n", "\r\n")),
    "exit": ("exit()", RIGHT_ONE),
    "colab": (
        "import google.colab\nfrom google.colab import drive, files, userdata\n"
        "from google.colab.patches import cv2_imshow\ndrive.mount('/content/drive')\n"
        "uploaded = files.upload()\nkey = userdata.get('KEY')\nprint('all', 'done')",
        "from google.colab import drive\ndrive.mount('/content/drive')\n"
        "%cd /content/drive/MyDrive\n!pip install -q timm\n%pip install timm\n"
        "!git clone https://example.org/x && cd x\n" + RIGHT_ONE,
    ),
    "asks_a_person": (
        "name = input('Who are you? ')\nprint('name:', repr(name))",
        "_ = input()\n%matplotlib widget\n%load_ext tensorboard\n%tensorboard --logdir x\n"
        + RIGHT_ONE,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ATTACKS)
def test_honest_submission_keeps_full_points_with(name: str, attacks: dict[str, Graded]) -> None:
    graded = attacks[name]
    got = {key: graded.scores.get(key) for key in FULL}
    assert got == FULL, graded.reason or graded.text


def test_honest_figure_is_there_for_manual_grading(attacks: dict[str, Graded]) -> None:
    outputs = [o for cell in attacks["figure"].cells for o in cell.get("outputs", [])]
    pictures = [o for o in outputs if "image/png" in o.get("data", {})]
    assert len(pictures) == 1
    assert pictures[0].data["image/png"].startswith("iVBOR")


def test_honest_helpers_output_is_there_for_manual_grading(attacks: dict[str, Graded]) -> None:
    assert "π" not in attacks["prints_a_lot"].text
    assert "日本語 🎉" in attacks["unicode"].text
    assert "ZeroDivisionError" in attacks["cell_with_an_error"].text
    assert "RecursionError" in attacks["deep_recursion_by_mistake"].text


def test_honest_lines_for_colab_and_people_go_by(attacks: dict[str, Graded]) -> None:
    assert "all done" in attacks["colab"].text
    assert "name: ''" in attacks["asks_a_person"].text
    assert "not run while your work is graded: !pip install" in attacks["colab"].text


def test_honest_solution_over_two_cells_keeps_full_points(room: Classroom) -> None:
    notebook = room.notebook(RIGHT)
    place = next(i for i, c in enumerate(notebook.cells) if mark(c) == "01-output-size-solution")
    notebook.cells[place].source = (
        HEAD + "    return end(size, kernel_size, stride, padding, dilation)"
    )
    notebook.cells.insert(place + 1, new_code_cell(RIGHT_ONE.replace("conv_output_size", "end")))
    notebook.cells.insert(place + 1, new_markdown_cell("My thoughts."))
    room.hand_in("mallory", notebook)
    graded = with_neighbour(room)["mallory"]
    assert {key: graded.scores.get(key) for key in FULL} == FULL, graded.text


def test_honest_markdown_edits_keep_full_points(attack: Attack) -> None:
    def edit(notebook: object) -> None:
        for cell in notebook.cells:  # type: ignore[attr-defined]
            if cell.cell_type == "markdown":
                cell.source += "\n\nMy note."

    graded = attack(answer=RIGHT_ONE, edit=edit)
    assert {key: graded.scores.get(key) for key in FULL} == FULL


def test_honest_work_in_place_on_a_copy_keeps_full_points(room: Classroom) -> None:
    answer = "def double(x):\n    y = x.clone()\n    y.mul_(2)\n    return y"
    room.hand_in("mallory", room.notebook(RIGHT | {"01-double": answer}))
    assert with_neighbour(room)["mallory"].of("01-double") == 4


def test_honest_parameter_as_a_result_keeps_full_points(room: Classroom) -> None:
    answers = RIGHT | {"01-double": "def double(x):\n    return torch.nn.Parameter(2 * x)"}
    room.hand_in("mallory", room.notebook(answers))
    assert with_neighbour(room)["mallory"].of("01-double") == 4


VALUES = {
    "numpy": "import numpy\nstem_conv, stem_pool = numpy.ceil(224 / 2), numpy.int64(56)",
    "torch": "stem_conv, stem_pool = torch.tensor(224) // 2, torch.tensor([56.0]).sum()",
    "enum": "import enum\nclass Stem(enum.IntEnum):\n    CONV = 112\n    POOL = 56\n"
    "stem_conv, stem_pool = Stem.CONV, Stem.POOL",
}


def test_honest_values_that_were_computed_keep_full_points(room: Classroom) -> None:
    for name, answer in VALUES.items():
        room.hand_in(name, room.notebook(RIGHT | {"01-stem": answer}))
    notebook = room.notebook(RIGHT | {"01-stem": "%%time\n" + RIGHT["01-stem"]})
    for cell in notebook.cells:
        cell.metadata.clear()
    room.hand_in("timed, and without marks", notebook)
    for name, graded in with_neighbour(room).items():
        assert {key: graded.scores.get(key) for key in FULL} == FULL, name + graded.text


def test_honest_part_of_an_answer_gets_its_part_of_the_points(attack: Attack) -> None:
    graded = attack(answer=HEAD + BODY.replace("raise ValueError('does not fit')", "return 0"))
    assert graded.scores["01-output-size-check"] == 1
    assert graded.scores["01-output-size-hidden"] == 1.6
    assert "4 of 5 cases right" in graded.told("01-output-size-hidden")
