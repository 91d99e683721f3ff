"""Call the course's own solution instead of writing one."""

from __future__ import annotations

import pytest

from tests.attacks.conftest import Attack, Graded

CALL = "def conv_output_size(*a, **k):\n    return {}(*a, **k)"
ATTACKS = {
    "import": ("", CALL.format("conv.conv_output_size")),
    "alias": ("", "from cvlib.conv import conv_output_size"),
    "other_module": ("from cvlib import conv_arithmetic as m", CALL.format("m.conv_output_size")),
    "list_of_references": (
        "import cvlib.conv_arithmetic as m\n"
        "f = next(f for f in m.REFERENCES['01'] if f.__name__ == 'conv_output_size')",
        CALL.format("f"),
    ),
    "early_copy": (
        "import copy, functools\nf = copy.deepcopy(conv.conv_output_size)\n"
        "g = functools.partial(f)",
        CALL.format("g"),
    ),
    "own_function_from_its_code": (
        "import types\nold = conv.conv_output_size\n"
        "f = types.FunctionType(old.__code__, old.__globals__, 'f', old.__defaults__)",
        CALL.format("f"),
    ),
    "restored_code": (
        "import gc, sys\n"
        "held = [vars(m).values() for m in list(sys.modules.values()) if hasattr(m, '__dict__')]\n"
        "objects = gc.get_objects() + [value for values in held for value in values]\n"
        "codes = [o.__code__ for o in objects if type(o) is type(lambda: 0)]\n"
        "mine = [c for c in codes if c.co_name == 'conv_output_size']\n"
        "if mine: conv.conv_output_size.__code__ = mine[0]",
        CALL.format("conv.conv_output_size"),
    ),
    "reload": (
        "import importlib, cvlib.conv_arithmetic as m\n"
        "try: m = importlib.reload(m)\nexcept Exception as e: print(e)",
        CALL.format("m.conv_output_size"),
    ),
    "fresh_import": (
        "import sys\n"
        "for n in [n for n in sys.modules if n.startswith('cvlib')]: del sys.modules[n]\n"
        "from cvlib import conv as again",
        CALL.format("again.conv_output_size"),
    ),
    "code_from_the_loader": (
        "code = conv.__loader__.get_code('cvlib.conv_arithmetic')\nspace = {}\nexec(code, space)",
        CALL.format("space['conv_output_size']"),
    ),
    "compiled_files": (
        "import glob, marshal, sys\n"
        "places = [*sys.path, *(place + '/cvlib' for place in sys.path), '/library/cvlib']\n"
        "found = [file for place in places for inner in ('', '/__pycache__')\n"
        "         for file in glob.glob(place + inner + '/conv_arithmetic*')]\n"
        "space = {}\n"
        "exec(marshal.loads(open(found[0], 'rb').read()[16:]), space)",
        CALL.format("space['conv_output_size']"),
    ),
    "another_process": (
        "import subprocess, sys\n"
        "def f(*a, **k):\n"
        "    text = f'from cvlib import conv; print(conv.conv_output_size(*{a}, **{k}))'\n"
        "    return int(subprocess.run([sys.executable, '-c', text], capture_output=True).stdout)",
        CALL.format("f"),
    ),
    "mistakes": (
        "from cvlib import mistakes\nknown = [m.answer for m in mistakes.of('01-output-size')]\n"
        "def f(*a, **k):\n"
        "    results = [m(*a, **k) for m in known if m]\n"
        "    return max(set(results), key=results.count)",
        CALL.format("f"),
    ),
    "text_of_a_mistake": (
        "from cvlib import mistakes\nspace = {}\n"
        "exec(mistakes.of('01-output-size')[0].source('f'), space)",
        CALL.format("space['f']"),
    ),
    "pickle": (
        "import pickle\nf = pickle.loads(pickle.dumps(conv.conv_output_size))",
        CALL.format("f"),
    ),
    "compare_with_itself": (
        "from cvlib.check.seal import _references\nfrom cvlib.check import seal\n"
        "seal._refuse.__code__ = (lambda *a, **k: 5).__code__",
        CALL.format("conv.conv_output_size"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ATTACKS)
def test_submission_cannot_use_the_reference_by(name: str, attacks: dict[str, Graded]) -> None:
    graded = attacks[name]
    graded.gained_nothing()
    graded.kept_the_rest()
    assert graded.told("01-output-size-hidden")


def test_submission_cannot_unseal_by_the_checks_own_switch(attack: Attack) -> None:
    """The switch puts back what it took away, which here is a refusal already."""
    code = (
        "from cvlib.check.seal import sealed\n"
        "with sealed('cvlib.conv_arithmetic'): pass\nprint('switched')"
    )
    graded = attack(code, answer=CALL.format("conv.conv_output_size"))
    assert "switched" in graded.text
    graded.gained_nothing()
