"""What may cross between the judge and a student's process: plain data, nothing else.

A message is a frame: 4 bytes header length, 8 bytes body length (both big-endian), a JSON
header, a body with the raw bytes of tensors. Nothing is unpickled. Numbers, strings,
booleans and None stand for themselves; everything else is a list that begins with a tag::

    ["l", item, …]  list        ["d", [key, value], …]  dict       ["b", offset, length]  bytes
    ["t", item, …]  tuple       ["T", dtype, shape, offset, length]  tensor
    ["h", number, type, callable]  handle: an object that stays on the other side
    ["o", type]  opaque: an object that is not handed out       ["m", name]  module

Every length, shape and depth is checked before memory is taken: a frame that breaks a
rule raises `WireError`, and the side that reads it stops listening to the other.
"""

from __future__ import annotations

import json
import math
import socket
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from autograder.engine.frames import WireError, receive_frame, send_frame
from cvlib.check.observe import Opaque

MAX_DEPTH = 60
MAX_ITEMS = 500_000
MAX_KEYS = 5_000  # of all dicts of a message: keys can be made to collide, which takes time
MAX_KEY = 2**53

DTYPES = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.complex64,
        torch.complex128, torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8,
        torch.bool,
    )
}  # fmt: skip
NAMES = {dtype: name for name, dtype in DTYPES.items()}


@dataclass(frozen=True)
class Handle:
    """Names an object that stays in the student's process."""

    number: int
    type_name: str
    callable: bool


@dataclass(frozen=True)
class Module:
    """A module, by name."""

    name: str


def encode(value: Any) -> tuple[bytes, bytes]:
    """Header and body of a frame for `value`.

    Raises:
        WireError: when it holds something that may not cross.
    """
    body = bytearray()
    try:
        header = json.dumps(_pack(value, body, 0), separators=(",", ":")).encode()
    except (RuntimeError, TypeError, ValueError, MemoryError) as error:
        raise WireError(f"can't be sent: {error}") from None
    return header, bytes(body)


def decode(header: bytes | bytearray, body: bytes | bytearray) -> Any:
    """The value in a frame.

    Raises:
        WireError: when the frame breaks a rule.
    """
    try:
        tree = json.loads(header)
        return _Reader(body).unpack(tree, 0)
    except WireError:
        raise
    except (ValueError, TypeError, LookupError, RuntimeError, OverflowError) as error:
        raise WireError(f"malformed message: {type(error).__name__}: {error}") from None


def send(channel: socket.socket, value: Any) -> None:
    """Write one frame.

    Raises:
        Closed, Late, WireError
    """
    send_frame(channel, *encode(value))


def receive(channel: socket.socket, deadline: float | None = None) -> Any:
    """Read one frame; `deadline` is a point on `time.monotonic()`'s clock.

    Raises:
        Closed, Late, WireError
    """
    return decode(*receive_frame(channel, deadline))


def _pack(value: Any, body: bytearray, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise WireError("too deeply nested to send")
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, Tensor):
        return _pack_tensor(value, body)
    if type(value) is bytes:
        body += value
        return ["b", len(body) - len(value), len(value)]
    if type(value) in (list, tuple):
        tag = "l" if type(value) is list else "t"
        return [tag, *(_pack(item, body, depth + 1) for item in value)]
    if type(value) is dict:
        pairs = ([_pack(k, body, depth + 1), _pack(v, body, depth + 1)] for k, v in value.items())
        return ["d", *pairs]
    if type(value) is Handle:
        return ["h", value.number, value.type_name, value.callable]
    if type(value) is Opaque:
        return ["o", value.type_name]
    if type(value) is Module:
        return ["m", value.name]
    raise WireError(f"an object of type {type(value).__name__} may not cross")


def _pack_tensor(value: Tensor, body: bytearray) -> list[Any]:
    plain = Tensor.detach(value).as_subclass(Tensor).cpu().contiguous()
    if plain.dtype not in NAMES or plain.layout is not torch.strided:
        raise WireError(f"a tensor of {plain.dtype} may not cross")
    # A single number cut out of a row counts as contiguous, whatever its stride: copy it into one.
    flat = plain.reshape(-1).clone(memory_format=torch.contiguous_format)
    raw = flat.view(torch.uint8).numpy().tobytes() if plain.numel() else b""
    body += raw
    return ["T", NAMES[plain.dtype], list(plain.shape), len(body) - len(raw), len(raw)]


class _Reader:
    """Rebuilds a value from its JSON tree, counting what it takes."""

    def __init__(self, body: bytes | bytearray) -> None:
        self.body = body
        self.items = self.keys = 0

    def unpack(self, tree: Any, depth: int) -> Any:
        self.items += 1
        if depth > MAX_DEPTH or self.items > MAX_ITEMS:
            raise WireError("a message is nested too deeply or holds too many items")
        if not isinstance(tree, list):
            if isinstance(tree, dict):
                raise WireError("a bare JSON object is not part of the format")
            return tree
        tag, *rest = tree
        if tag == "l":
            return [self.unpack(item, depth + 1) for item in rest]
        if tag == "t":
            return tuple(self.unpack(item, depth + 1) for item in rest)
        if tag == "d":
            return {self.key(k, depth): self.unpack(v, depth + 1) for k, v in rest}
        if tag == "T":
            return self.tensor(*rest)
        if tag == "b":
            return self.slice(*rest)
        if tag == "h":
            number, type_name, is_callable = rest
            return Handle(_whole(number), str(type_name)[:200], bool(is_callable))
        if tag in ("o", "m"):
            (name,) = rest
            return (Opaque if tag == "o" else Module)(str(name)[:200])
        raise WireError(f"unknown tag {str(tag)[:20]!r}")

    def key(self, tree: Any, depth: int) -> Any:
        self.keys += 1
        key = self.unpack(tree, depth + 1)
        if self.keys > MAX_KEYS or (isinstance(key, int) and abs(key) > MAX_KEY):
            raise WireError("a dict has too many keys, or too large ones")
        if not isinstance(key, str | int | float | bool | tuple | None):
            raise WireError("a dict's key must be plain")
        return key

    def slice(self, offset: Any, length: Any) -> bytes:
        start, size = _whole(offset), _whole(length)
        if start + size > len(self.body):
            raise WireError("a length points outside of its message")
        return bytes(self.body[start : start + size])

    def tensor(self, dtype: Any, shape: Any, offset: Any, length: Any) -> Tensor:
        if dtype not in DTYPES or not isinstance(shape, list) or len(shape) > 32:
            raise WireError("a tensor's dtype or shape is malformed")
        size = tuple(_whole(n) for n in shape)
        kind = DTYPES[dtype]
        if math.prod(size) * kind.itemsize != _whole(length):
            raise WireError(f"a tensor of shape {size} can't have {length} bytes")
        raw = self.slice(offset, length)
        if not raw:
            return torch.empty(size, dtype=kind)
        if kind is torch.bool and max(raw) > 1:
            raise WireError("a boolean tensor holds bytes other than 0 and 1")
        return torch.frombuffer(bytearray(raw), dtype=kind).reshape(size)


def _whole(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 2**40:
        raise WireError("a number in a message is not a sensible whole number")
    return value
