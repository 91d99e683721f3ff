"""Speak on the channel oneself: what breaks a rule is no answer."""

from __future__ import annotations

import pytest

from autograder.engine.ticket import Budget
from tests.attacks.conftest import Graded

BUDGET = Budget(cell=1.5, total=20.0)
FIND = (
    "import gc, socket, struct, json, os, time, sys\n"
    "from autograder.engine.student import Student\n"
    "me = next(o for o in gc.get_objects() if type(o) is Student)\n"
    "def raw(data): me.channel.sendall(data)\n"
    "def frame(tree, body=b'', head=None, size=None):\n"
    "    text = json.dumps(tree).encode() if head is None else head\n"
    "    raw(struct.pack('>IQ', len(text), len(body) if size is None else size) + text + body)\n"
    "def reply(value, body=b''): frame(['d', ['value', value]], body)\n"
)
SAYS = {
    "garbage": "raw(os.urandom(1000))",
    "html": "raw(b'HTTP/1.1 200 OK\\r\\n\\r\\n2.0')",
    "zero_lengths": "raw(bytes(12))",
    "huge_header_length": "raw(struct.pack('>IQ', 2 ** 32 - 1, 0))",
    "huge_body_length": "raw(struct.pack('>IQ', 2, 2 ** 63) + b'[]')",
    "large_header": "frame(None, head=b'[\"l\"' + b',0' * 4_000_000 + b']')",
    "header_is_not_json": "frame(None, head=b'{nonsense')",
    "header_is_not_text": "frame(None, head=b'\\xff\\xfe\\x00')",
    "bare_object": "frame({'value': 5, 'points': 2})",
    "bare_number": "frame(2)",
    "nested_to_exhaustion": "frame(None, head=b'[\"l\",' * 100_000 + b']' * 100_000)",
    "nested_a_little": "frame(None, head=b'[\"l\",' * 900 + b'1' + b']' * 900)",
    "unknown_tag": "reply(['x', 1])",
    "tag_is_a_list": "reply([['l'], 1])",
    "empty_list": "reply([])",
    "pickle_tag": "reply(['p', 'cos\\nsystem\\n(S\"touch /tmp/mallory-was-here\"\\ntR.'])",
    "tensor_too_short": "reply(['T', 'float32', [4], 0, 16], bytes(8))",
    "tensor_of_negative_shape": "reply(['T', 'float32', [-1], 0, 4], bytes(4))",
    "tensor_of_float_shape": "reply(['T', 'float32', [1.5], 0, 6], bytes(6))",
    "tensor_of_nan_shape": "reply(['T', 'float32', [float('nan')], 0, 4], bytes(4))",
    "tensor_of_huge_shape": "reply(['T', 'float32', [2 ** 39, 2 ** 39], 0, 0])",
    "tensor_of_overflowing_shape": "reply(['T', 'int8', [2 ** 39, 2 ** 39, 2 ** 39, 0], 0, 0])",
    "tensor_of_100_dimensions": "reply(['T', 'float32', [1] * 100, 0, 4], bytes(4))",
    "tensor_of_true": "reply(['T', 'float32', [True], 0, 4], bytes(4))",
    "tensor_outside_of_the_body": "reply(['T', 'float32', [1], 100, 4], bytes(4))",
    "tensor_of_unknown_dtype": "reply(['T', 'object', [1], 0, 8], bytes(8))",
    "boolean_of_two": "reply(['T', 'bool', [4], 0, 4], bytes([2, 255, 1, 0]))",
    "bytes_outside": "reply(['b', -5, 10], bytes(10))",
    "unknown_handle": "reply(['h', 9999, 'int', True])",
    "handle_of_text": "reply(['h', 'x', 'int', True])",
    "handle_of_a_negative_number": "reply(['h', -1, 'int', True])",
    "module": "reply(['m', 'os'])",
    "unknown_module": "reply(['m', 'antigravity'])",
    "opaque": "reply(['o', 'x' * 100_000])",
    "number_of_many_digits": "frame(None, head=b'[\"d\",[\"value\",' + b'9' * 100_000 + b']]')",
    "number_without_end": 'frame(None, head=b\'["d",["value",1e99999]]\')',
    "unhashable_key": "reply(['d', [['l'], 1]])",
    "colliding_keys": "reply(['d', *[[n * (2 ** 61 - 1), 0] for n in range(100_000)]])",
    "pairs_that_are_none": "frame(['d', 1, 2])",
    "no_value": "frame(['d', ['outputs', None]])",
    "forged_verdict": "frame(['d', ['value', None], ['points', 2], ['passed', True]])",
    "a_question": "frame(['d', ['do', 'run'], ['source', 'import os; os._exit(0)']])",
    "refusal": "frame(['d', ['refused', 'x' * 1_000_000]])",
    "malformed_exception": "frame(['d', ['raised', ['l', 1]]])",
    "exception_of_bases": "frame(['d', ['raised', ['l', 'A', ['l', 'BaseException'], 'm', '']]])",
    "exception_that_ends": "frame(['d', ['raised', ['l', 'SystemExit', ['l', 'SystemExit',"
    " 'KeyboardInterrupt', 'GeneratorExit'], '0', '']]])",
    "malformed_observation": "frame(['d', ['seen', ['d', ['value', 5], ['raised', 7]]]])",
    "observation_of_lies": "frame(['d', ['seen', ['d', ['value', ['h', 0, 'int', True]],"
    " ['raised', None], ['changed', 5], ['gradients', ['l']]]]])",
    "changed_arguments": "frame(['d', ['value', 5], ['changed', ['d', [0, 'x'], [-1, 5]]]])",
    "truncated_then_silence": "raw(struct.pack('>IQ', 100, 0) + b'[\"d\"'); time.sleep(1000)",
    "one_byte_at_a_time": "[(raw(b'\\x00'), time.sleep(0.2)) for _ in range(1000)]",
    "half_closed": "me.channel.shutdown(socket.SHUT_WR)",
    "closed": "me.channel.shutdown(socket.SHUT_RDWR)",
    "never_reads": "os.close(me.channel.fileno()); time.sleep(1000)",
    "reply_flood": "[reply(5) for _ in range(20_000)]",
    "answers_in_advance": "[frame(['d', ['value', n], ['seen', ['d', ['value', n],"
    " ['raised', None], ['changed', ['l']], ['gradients', ['d']]]]]) for n in (30, 112, 4, 21, 1)]",
    "body_bomb": "[frame(['d', ['value', 1]], bytes(2 ** 27)) for _ in range(8)]",
    "descriptors": "socket.send_fds(me.channel, [bytes(12)], [me.channel.fileno()] * 50)",
}
ATTACKS = {
    name: (FIND, f"def conv_output_size(*a, **k):\n    {code}\n    return -1\n")
    for name, code in SAYS.items()
}  # fmt: skip


@pytest.mark.parametrize("name", SAYS)
def test_submission_cannot_win_by_writing(name: str, attacks: dict[str, Graded]) -> None:
    graded = attacks[name]
    assert not graded.reason
    graded.gained_nothing()
    assert graded.told("01-output-size-hidden"), "it has to be told why"


@pytest.mark.parametrize("name", ["garbage", "truncated_then_silence", "nested_to_exhaustion"])
def test_submission_cannot_lose_more_than_a_question_by(
    name: str, attacks: dict[str, Graded]
) -> None:
    attacks[name].kept_the_rest()
