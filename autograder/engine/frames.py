"""Frames on a socket: a length, a length, a JSON header, a body of bytes.

Of use on its own for plain JSON between processes that trust each other, and below
`wire`, which says what may cross between the judge and a student's process. It imports
little, so that a command which only passes work on starts at once.
"""

from __future__ import annotations

import json
import socket
import struct
import time
from typing import Any

PREFIX = struct.Struct(">IQ")
MAX_HEADER = 8 * 2**20
MAX_BODY = 256 * 2**20


class WireError(Exception):
    """The other side broke a rule of the wire; nothing it says can be trusted."""


class Closed(WireError):  # noqa: N818
    """The other side is gone."""


class Late(WireError):  # noqa: N818
    """The other side did not answer in time."""


class StudentLost(BaseException):
    """The student's process is late, gone, or breaks the rules; tests can't catch this."""


def send_frame(channel: socket.socket, header: bytes, body: bytes = b"") -> None:
    """Write one frame.

    Raises:
        WireError: when it is too large.
        Closed, Late: when the other side is gone, or does not read.
    """
    if len(header) > MAX_HEADER or len(body) > MAX_BODY:
        raise WireError(f"too large to send: {len(header) + len(body)} bytes")
    try:
        channel.sendall(PREFIX.pack(len(header), len(body)) + header + body)
    except TimeoutError:
        raise Late("the other side does not read") from None
    except OSError as error:
        raise Closed(str(error)) from None


def receive_frame(
    channel: socket.socket, deadline: float | None = None
) -> tuple[bytearray, bytearray]:
    """Read one frame's header and body; `deadline` is a point on `time.monotonic()`'s clock.

    Raises:
        Closed, Late, WireError
    """
    header_length, body_length = PREFIX.unpack(read_exactly(channel, PREFIX.size, deadline))
    if header_length > MAX_HEADER or body_length > MAX_BODY:
        raise WireError(f"a message of {header_length + body_length} bytes is too large")
    header = read_exactly(channel, header_length, deadline)
    return header, read_exactly(channel, body_length, deadline)


def send_json(channel: socket.socket, value: Any) -> None:
    """Write plain data as the body of a frame."""
    send_frame(channel, b"", json.dumps(value).encode())


def receive_json(channel: socket.socket, deadline: float | None = None) -> Any:
    """Read plain data from a process of ours."""
    return json.loads(receive_frame(channel, deadline)[1])


def read_exactly(channel: socket.socket, length: int, deadline: float | None) -> bytearray:
    """Take `length` bytes from a channel."""
    buffer = bytearray(length)  # takes memory only as it is filled
    view, filled = memoryview(buffer), 0
    while filled < length:
        if deadline is not None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise Late("no answer in time")
            channel.settimeout(left)
        try:
            count = channel.recv_into(view[filled:])
        except TimeoutError:
            raise Late("no answer in time") from None
        except OSError as error:
            raise Closed(str(error)) from None
        if not count:
            raise Closed("the other side is gone")
        filled += count
    return buffer
