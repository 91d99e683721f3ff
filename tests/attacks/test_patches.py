"""Patch what the tests use: the judge uses its own."""

from __future__ import annotations

import pytest

from tests.attacks.conftest import Attack, Graded
from tests.attacks.course import WRONG

PATCHES = {
    "allclose": "torch.allclose = torch.equal = torch.isclose = lambda *a, **k: True",
    "tensor_methods": "torch.Tensor.__eq__ = torch.Tensor.allclose = lambda *a, **k: True\n"
    "torch.Tensor.all = torch.Tensor.__bool__ = lambda *a, **k: True",
    "builtins": "import builtins\n"
    "builtins.print = builtins.len = builtins.abs = builtins.all = lambda *a, **k: 0\n"
    "builtins.isinstance = lambda *a: True",
    "assertion_error": "import builtins\nbuiltins.AssertionError = type('Fine', (Warning,), {})",
    "numpy": "import numpy\n"
    "numpy.allclose = numpy.isclose = numpy.testing.assert_allclose = lambda *a, **k: True",
    "check_module": "import sys, types\n"
    "fake = types.ModuleType('cvlib.check')\n"
    "fake.function = fake.values = lambda *a, **k: k.get('points')\n"
    "sys.modules['cvlib.check'] = check = fake\nimport cvlib\ncvlib.check = fake",
    "check_functions": "import cvlib.check.function, cvlib.check.compare, sys\n"
    "for module in [m for n, m in sys.modules.items() if n.startswith('cvlib.check')]:\n"
    "    for name in ('difference', 'function', 'values', 'observe', 'value_difference'):\n"
    "        if hasattr(module, name):\n"
    "            setattr(module, name, lambda *a, **k: k.get('points') or [])",
    "reference": "conv.conv_output_size = lambda *a, **k: -1\n"
    "import cvlib.conv_arithmetic as m\nm.conv_output_size = conv.conv_output_size",
    "import_system": "import sys, importlib\n"
    "class Finder:\n    def find_spec(self, *a, **k):\n        raise SystemExit\n"
    "sys.meta_path.insert(0, Finder()); sys.modules.clear()",
    "displayhook": "import sys\nsys.displayhook = print\n"
    "get_ipython().displayhook_class.__call__ = lambda self, r=None: print(2.0)",
    "ast_transformer": "import ast\n"
    "class Drop(ast.NodeTransformer):\n"
    "    def visit_Assert(self, node): return ast.Pass()\n"
    "    def visit_Call(self, node): return ast.Constant(2.0)\n"
    "get_ipython().ast_transformers.append(Drop())",
    "input_transformer": "shell = get_ipython()\n"
    "shell.input_transformers_cleanup.append(lambda lines: ['2.0\\n'])\n"
    "shell.input_transformers_post.append(lambda lines: ['2.0\\n'])",
    "run_cell": "shell = get_ipython()\n"
    "type(shell).run_cell = lambda *a, **k: None\n"
    "shell.showtraceback = lambda *a, **k: None\n"
    "shell.set_custom_exc((BaseException,), lambda *a, **k: None)",
    "cell_events": "for event in 'pre_execute', 'post_execute', 'pre_run_cell', 'post_run_cell':\n"
    "    get_ipython().events.register(event, lambda *a: print('2.0'))",
    "json_and_struct": "import json, struct\n"
    "json.dumps = lambda *a, **k: '{\"value\": 5}'\nstruct.Struct.pack = lambda *a: b''",
    "garbage_collector": "import gc\n"
    "for thing in gc.get_objects():\n"
    "    if type(thing) is dict and 'allclose' in thing:\n"
    "        thing['allclose'] = lambda *a, **k: True",
    "excepthook": "import sys\nsys.excepthook = lambda *a: None\nsys.settrace(lambda *a: None)\n"
    "sys.setrecursionlimit(60)",
    "signals": "import signal\n"
    "for number in range(1, 65):\n"
    "    try: signal.signal(number, signal.SIG_IGN)\n"
    "    except (OSError, ValueError): pass\n"
    "signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))",
}

ATTACKS = {name: (code, WRONG) for name, code in PATCHES.items()}


@pytest.mark.parametrize("name", PATCHES)
def test_submission_cannot_win_by_a_patched(name: str, attacks: dict[str, Graded]) -> None:
    attacks[name].gained_nothing()


def test_submission_cannot_spoil_its_other_answers_by_a_patch(attacks: dict[str, Graded]) -> None:
    """A patch of torch.allclose costs nothing either: the judge has its own."""
    attacks["allclose"].kept_the_rest()


def test_submission_cannot_define_the_names_that_tests_use(attack: Attack) -> None:
    stolen = (
        "check = torch = conv = assertion = type('Yes', (), {'__getattr__': lambda s, n: max})()"
    )
    attack(answer=f"{WRONG}\nnumbers = points = {stolen!r}\n{stolen}").gained_nothing()


def test_submission_cannot_shadow_builtins_of_the_tests(attack: Attack) -> None:
    attack(answer=f"{WRONG}\nlen = isinstance = print = lambda *a: 5").gained_nothing()


def test_submission_cannot_leave_a_module_under_a_name_of_the_tests(attack: Attack) -> None:
    graded = attack(answer="import operator as conv_output_size, math as check")
    graded.gained_nothing()
