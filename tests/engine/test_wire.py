"""The wire: what is sent arrives; what breaks a rule raises WireError and nothing else."""

from __future__ import annotations

import contextlib
import json
import math
import socket
import struct
import threading
import time
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.engine import frames, wire
from cvlib.check.observe import Opaque

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**200), 2**200) | st.floats() | st.binary()
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple)
    | st.dictionaries(st.text(max_size=5) | st.integers(0, 9), inner),
    max_leaves=20,
)  # fmt: skip
shapes = st.lists(st.integers(0, 4), max_size=4)


def there_and_back(value: Any) -> Any:
    return wire.decode(*wire.encode(value))


def same(one: Any, two: Any) -> bool:
    if isinstance(one, float):
        return type(two) is float and (one == two or (math.isnan(one) and math.isnan(two)))
    if isinstance(one, list | tuple):
        return type(one) is type(two) and len(one) == len(two) and all(map(same, one, two))
    if isinstance(one, dict):
        return list(one) == list(two) and all(same(one[key], two[key]) for key in one)
    return type(one) is type(two) and one == two


@given(plain)
def test_plain_values_arrive_as_they_are(value: Any) -> None:
    assert same(value, there_and_back(value))


@given(shapes, st.sampled_from(sorted(wire.DTYPES)))
def test_tensors_arrive_bit_by_bit(shape: list[int], name: str) -> None:
    raw = torch.randint(0, 2, shape)
    tensor = raw.to(wire.DTYPES[name])
    back = there_and_back({"x": [tensor]})["x"][0]
    assert back.dtype == tensor.dtype
    assert back.shape == tensor.shape
    assert torch.equal(back, tensor)


def test_special_numbers_in_tensors_survive() -> None:
    tensor = torch.tensor([math.nan, math.inf, -math.inf, -0.0, 1e-45])
    back = there_and_back(tensor)
    assert torch.equal(back.view(torch.int32), tensor.view(torch.int32))


def test_views_arrive_as_what_they_show() -> None:
    tensor = torch.arange(12.0).reshape(3, 4).t()[1:, ::2].requires_grad_()
    back = there_and_back(tensor)
    assert torch.equal(back, tensor)
    assert not back.requires_grad


def test_a_single_number_cut_out_of_a_row_arrives() -> None:
    one = torch.arange(6.0).reshape(1, 6)[:, 4]  # (1,) with a stride of 6
    assert one.stride() == (6,)
    assert torch.equal(there_and_back(one), torch.tensor([4.0]))


@pytest.mark.parametrize("value", [wire.Handle(3, "f", True), wire.Module("math"), Opaque("Net")])
def test_stand_ins_arrive(value: Any) -> None:
    assert there_and_back([value]) == [value]


def looped() -> list[Any]:
    loop: list[Any] = []
    loop.append(loop)
    return loop


@pytest.mark.parametrize(
    "value",
    [object(), {1, 2}, type("L", (list,), {})(), torch.zeros(2).to_sparse(), looped(), 10**5000,
     type("I", (int,), {})(3)],
    ids=["object", "set", "list_subclass", "sparse", "loop", "huge_int", "int_subclass"],
)  # fmt: skip
def test_what_may_not_cross_is_refused(value: Any) -> None:
    with pytest.raises(frames.WireError):
        wire.encode(value)


json_trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4)
    | st.sampled_from(["l", "t", "d", "T", "b", "h", "o", "m", "float32", "bool"]),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=15,
)  # fmt: skip


@settings(max_examples=300)
@given(json_trees, st.binary(max_size=40))
def test_malformed_trees_raise_only_wire_errors(tree: Any, body: bytes) -> None:
    with contextlib.suppress(frames.WireError):
        wire.decode(json.dumps(tree).encode(), body)


@settings(max_examples=300)
@given(
    st.sampled_from([*wire.DTYPES, "object", None]),
    st.lists(st.integers(-2, 2**41) | st.floats() | st.booleans(), max_size=5) | st.text(),
    st.integers(-9, 50) | st.floats(),
    st.integers(-9, 2**41) | st.none(),
    st.binary(max_size=32),
)
def test_malformed_tensors_raise_only_wire_errors(
    dtype: Any, shape: Any, offset: Any, length: Any, body: bytes
) -> None:
    tree = json.dumps(["T", dtype, shape, offset, length]).encode()
    with contextlib.suppress(frames.WireError):
        wire.decode(tree, body)


@given(st.binary(max_size=60))
def test_noise_raises_only_wire_errors(header: bytes) -> None:
    with contextlib.suppress(frames.WireError):
        wire.decode(header, b"")


@pytest.mark.parametrize(
    "header",
    ['["l",' * 200 + "1" + "]" * 200, '["l",' * 100_000, '{"a":1}', '["x"]', "[]", "9" * 6000,
     '["d",[["l"],1]]', '["d",1]', '["T","float32",[1099511627775,1099511627775,0],0,0]',
     '["d"' + "".join(f",[{n},0]" for n in range(wire.MAX_KEYS + 1)) + "]",
     f'["d",[{2**61 - 1},0]]', '["l"' + ",0" * (wire.MAX_ITEMS + 1) + "]"],
    ids=["deep", "very_deep", "object", "tag", "empty", "digits", "unhashable", "pair", "shape",
         "keys", "large_key", "items"],
)  # fmt: skip
def test_rules_of_size_hold(header: str) -> None:
    with pytest.raises(frames.WireError):
        wire.decode(header.encode(), b"")


def test_lengths_are_checked_before_memory_is_taken() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(struct.pack(">IQ", 10, 2**63))
        with pytest.raises(frames.WireError, match="too large"):
            wire.receive(ours)


def test_a_slow_talker_is_late() -> None:
    ours, theirs = socket.socketpair()

    def drip() -> None:
        with contextlib.suppress(OSError):
            for _ in range(200):
                theirs.sendall(b"\0")
                time.sleep(0.02)

    with ours, theirs:
        thread = threading.Thread(target=drip)
        thread.start()
        with pytest.raises(frames.Late):
            wire.receive(ours, time.monotonic() + 0.1)
        theirs.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_a_reader_that_never_reads_is_late() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(0.1)
        with pytest.raises(frames.Late):
            wire.send(ours, torch.zeros(2**20))


def test_an_end_is_told() -> None:
    ours, theirs = socket.socketpair()
    with ours:
        theirs.sendall(b"\0\0")
        theirs.close()
        with pytest.raises(frames.Closed):
            wire.receive(ours)
