"""Give back objects that lie: what crosses is plain data."""

from __future__ import annotations

import pytest

from tests.attacks.conftest import Attack, Graded
from tests.attacks.course import WRONG

LIARS = {
    "equal_to_everything": "class Liar:\n"
    "    __eq__ = __bool__ = __ge__ = __le__ = __contains__ = lambda *a: True\n"
    "    __hash__ = __int__ = __index__ = __len__ = lambda *a: 1\n"
    "    __ne__ = lambda *a: False\n"
    "def conv_output_size(*a, **k): return Liar()",
    "int_subclass": "class Liar(int):\n    __eq__ = lambda *a: True\n"
    "    __ne__ = lambda *a: False\n    __hash__ = int.__hash__\n"
    "def conv_output_size(*a, **k): return Liar(1)",
    "float_subclass": "class Liar(float):\n    __eq__ = __ge__ = __le__ = lambda *a: True\n"
    "    __hash__ = float.__hash__\n    __sub__ = __rsub__ = lambda *a: 0.0\n"
    "def conv_output_size(*a, **k): return Liar('nan')",
    "str_subclass": "class Liar(str):\n    __eq__ = lambda *a: True\n    __hash__ = str.__hash__\n"
    "def conv_output_size(*a, **k): return Liar('30')",
    "tensor_subclass": "class Liar(torch.Tensor):\n"
    "    @classmethod\n"
    "    def __torch_function__(cls, f, types, args=(), kwargs=None): return True\n"
    "    __eq__ = lambda *a: True\n    __hash__ = object.__hash__\n"
    "def conv_output_size(*a, **k): return torch.zeros(()).as_subclass(Liar)",
    "lying_class": "class Liar:\n    __class__ = int\n    __eq__ = lambda *a: True\n"
    "    __hash__ = lambda s: 5\n"
    "def conv_output_size(*a, **k): return Liar()",
    "metaclass": "class Meta(type):\n    __eq__ = lambda *a: True\n    __hash__ = type.__hash__\n"
    "    __instancecheck__ = __subclasscheck__ = lambda *a: True\n"
    "    mro = lambda cls: type.mro(cls)\n"
    "class Liar(metaclass=Meta): pass\n"
    "def conv_output_size(*a, **k): return Liar",
    "proxy_of_the_case": "class Liar:\n    __observe__ = lambda *a: None\n"
    "    __call__ = lambda *a, **k: True\n    __getattr__ = lambda s, n: (lambda *a, **k: True)\n"
    "conv_output_size = Liar()",
    "reduce": "class Liar:\n    def __reduce__(self): return (eval, ('5',))\n"
    "def conv_output_size(*a, **k): return Liar()",
    "nan": "def conv_output_size(*a, **k): return float('nan')",
    "infinity": "def conv_output_size(*a, **k): return float('inf')",
    "huge_int": "def conv_output_size(*a, **k): return 10 ** 4000",
    "unprintable_int": "def conv_output_size(*a, **k): return 10 ** 50_000",
    "generator": "def conv_output_size(*a, **k):\n    while True: yield 5",
    "endless_list": "class Liar(list):\n    def __iter__(self):\n        while True: yield 5\n"
    "def conv_output_size(*a, **k): return [Liar([1])]",
    "list_in_itself": "def conv_output_size(*a, **k):\n    x = []; x.append(x); return x",
    "deep_list": "def conv_output_size(*a, **k):\n    x = []\n    for _ in range(10_000): x = [x]\n"
    "    return x",
    "huge_list": "def conv_output_size(*a, **k): return [0] * 3_000_000",
    "huge_text": "def conv_output_size(*a, **k): return 'x' * 50_000_000",
    "half_a_character": "def conv_output_size(*a, **k): return '\\ud800' * 5",
    "strange_keys": "def conv_output_size(*a, **k): return {frozenset([1]): 2, (1, 2): {3: 4}}",
    "stop_iteration": "def conv_output_size(*a, **k): raise StopIteration(5)",
    "system_exit": "def conv_output_size(*a, **k): raise SystemExit(0)",
    "keyboard_interrupt": "def conv_output_size(*a, **k): raise KeyboardInterrupt",
    "unspeakable_exception": "class Liar(Exception):\n    def __str__(self): raise self\n"
    "    __repr__ = __str__\n"
    "def conv_output_size(*a, **k): raise Liar",
    "exception_of_all_kinds": "class CheckFailed(AssertionError): pass\n"
    "def conv_output_size(*a, **k): raise CheckFailed('2.0')",
    "hostile_name": "Liar = type('int', (), {'__module__': 'builtins'})\n"
    "def conv_output_size(*a, **k): return Liar()",
    "all_at_once": "class Everything:\n    def __eq__(self, other): return True\n"
    "    __hash__ = None\n"
    "def conv_output_size(*a, **k): return [30, 112, 4, 21, Everything()]",
}

ATTACKS = {name: ("", answer) for name, answer in LIARS.items()}


@pytest.mark.parametrize("name", LIARS)
def test_submission_cannot_win_by_a_result_that_is(name: str, attacks: dict[str, Graded]) -> None:
    graded = attacks[name]
    graded.gained_nothing()
    graded.kept_the_rest()
    assert graded.told("01-output-size-hidden"), "it has to be told why"


def test_submission_cannot_win_by_a_tensor_that_lies(attack: Attack) -> None:
    def lie(notebook: object) -> None:
        for cell in notebook.cells:  # type: ignore[attr-defined]
            if cell.source.startswith("def double"):
                cell.source = (
                    "class Liar(torch.Tensor):\n"
                    "    @classmethod\n"
                    "    def __torch_function__(cls, f, types, args=(), kwargs=None):\n"
                    "        return torch.ones((), dtype=torch.bool)\n"
                    "    shape = property(lambda self: (2, 3, 4))\n"
                    "def double(x): return torch.zeros(1).as_subclass(Liar)\n"
                )

    assert attack(edit=lie).of("01-double") == 0


def test_submission_cannot_change_the_arguments_to_fit(attack: Attack) -> None:
    """In-place changes come back, as in one process; the test doubles them itself."""

    def change(notebook: object) -> None:
        for cell in notebook.cells:  # type: ignore[attr-defined]
            if cell.source.startswith("def double"):
                cell.source = "def double(x):\n    x.resize_(0)\n    return x\n"

    assert attack(edit=change).of("01-double") == 0


def test_submission_cannot_answer_with_a_name_for_later(attack: Attack) -> None:
    """An answer that changes with each call is judged by what it said when it was asked."""
    attack(answer=f"{WRONG}\nimport itertools\nnext_one = itertools.count(28)\n"
           "def conv_output_size(*a, **k): return next(next_one)").gained_nothing()  # fmt: skip
