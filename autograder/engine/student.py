"""The student's process: runs the learner's cells and answers questions about them.

It is served by one loop over one channel. What it says is taken as data: a learner who
takes over this process can only give wrong answers to the questions it is asked.
"""

from __future__ import annotations

import contextlib
import io
import json
import socket
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import torch

from autograder.engine import wire
from autograder.engine.frames import Closed, WireError
from autograder.engine.shell import Shell
from cvlib.check.cases import Case
from cvlib.check.observe import Observation, Raised, Request, describe, observe_here, same
from cvlib.check.observe_module import Donor, ModuleObservation, observe_module_here
from cvlib.check.values import entered

MISSING = "missing"


class Student:
    """Answers the judge's requests; objects that can't cross are kept and numbered."""

    def __init__(self, channel: socket.socket, shell: Shell) -> None:
        self.channel, self.shell = channel, shell
        self.objects: dict[int, Any] = {}
        self.numbers: dict[int, int] = {}  # id of a kept object -> its number
        self.answers: dict[str, Callable[..., Any]] = {
            "run": self.run,
            "get": self.get,
            "delete": self.delete,
            "assign": self.assign,
            "call": self.call,
            "observe": self.observe,
            "observe_module": self.observe_module,
            "attribute": self.attribute,
            "item": self.item,
            "length": self.length,
            "entered": self.entered,
        }

    def serve(self) -> None:
        """Answer until the judge hangs up."""
        while True:
            try:
                request = wire.receive(self.channel)
            except Closed:
                return
            reply = self.answer(request)
            try:
                wire.send(self.channel, reply)
            except WireError as error:
                wire.send(self.channel, {"refused": str(error)})

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """One reply; an exception of the learner's code is part of it."""
        details = {key: value for key, value in request.items() if key != "do"}
        try:
            return self.answers[request["do"]](**details)
        except BaseException as error:
            return {"raised": raised_out(describe(error))}

    def run(self, source: str) -> dict[str, Any]:
        """Run one of the learner's cells."""
        outputs, success = self.shell.run(source)
        return {"outputs": json.dumps(outputs).encode(), "success": success}

    def get(self, name: str) -> dict[str, Any]:
        """Look up a name of the learner's."""
        if name not in self.shell.user_ns:
            return {MISSING: True}
        return {"value": self.out(self.shell.user_ns[name])}

    def delete(self, name: str) -> dict[str, Any]:
        """Take a name of the learner's away."""
        if name not in self.shell.user_ns:
            return {MISSING: True}
        del self.shell.user_ns[name]
        return {"value": True}

    def assign(self, name: str, value: Any) -> dict[str, Any]:
        """Put a name back."""
        self.shell.user_ns[name] = self.into(value)
        return {"value": True}

    def call(self, target: wire.Handle, args: Any, kwargs: Any) -> dict[str, Any]:
        """Call an object; tensors that it changed in place are sent back as well."""
        args, kwargs = self.into(args), self.into(kwargs)
        before = [given.detach().clone() for given in tensors_of(args, kwargs)]
        with silent():
            result = self.objects[target.number](*args, **kwargs)
        after = tensors_of(args, kwargs)
        changed = {
            index: new
            for index, (old, new) in enumerate(zip(before, after, strict=True))
            if not same(old, new)
        }
        return {"value": self.out(result), "changed": changed}

    def observe(self, target: wire.Handle, case: Any, request: Any) -> dict[str, Any]:
        """Have `cvlib.check` watch one call."""
        with silent():
            seen = observe_here(
                self.objects[target.number], self.case_in(case), request_in(request)
            )
        return {"seen": observation_out(seen)}

    def observe_module(
        self, target: wire.Handle, config: Any, inputs: Any, donor: Any, request: Any
    ) -> dict[str, Any]:
        """Have `cvlib.check` watch a module: build it, give it weights, run it."""
        with silent():
            seen = observe_module_here(
                self.objects[target.number],
                self.case_in(config),
                tuple(inputs),
                Donor(*donor),
                request_in(request),
            )
        return {"seen": module_observation_out(seen)}

    def case_in(self, parts: Any) -> Case:
        """A case from plain data."""
        args, kwargs, maker, through = parts
        return Case(tuple(self.into(args)), self.into(kwargs), maker, through)

    def attribute(self, target: wire.Handle, name: str) -> dict[str, Any]:
        """Read an attribute."""
        return {"value": self.out(getattr(self.objects[target.number], name))}

    def item(self, target: wire.Handle, key: Any) -> dict[str, Any]:
        """Read an item."""
        return {"value": self.out(self.objects[target.number][self.into(key)])}

    def length(self, target: wire.Handle) -> dict[str, Any]:
        """Count the items."""
        return {"value": len(self.objects[target.number])}

    def entered(self, target: wire.Handle) -> dict[str, Any]:
        """An object as `check.values` takes it: plain data."""
        return {"value": entered(self.objects[target.number])}

    def out(self, value: Any, depth: int = 0) -> Any:
        """A value as it may cross: plain data, or handles for what is not."""
        if value is None or type(value) in (bool, int, float, str, bytes):
            return value
        if isinstance(value, torch.Tensor):
            return torch.Tensor.detach(value).as_subclass(torch.Tensor)
        if type(value) in (list, tuple) and depth < 20:
            return type(value)(self.out(item, depth + 1) for item in value)
        if type(value) is dict and depth < 20:
            return {self.out(k, 20): self.out(v, depth + 1) for k, v in value.items()}
        if isinstance(value, ModuleType):
            return wire.Module(value.__name__)
        if isinstance(value, torch.Size):
            return tuple(value)
        return self.keep(value)

    def keep(self, value: Any) -> wire.Handle:
        """Number an object that stays here."""
        number = self.numbers.setdefault(id(value), len(self.objects))
        self.objects[number] = value
        return wire.Handle(number, type(value).__name__, callable(value))

    def into(self, value: Any) -> Any:
        """The judge's value with handles replaced by the objects they name."""
        if isinstance(value, wire.Handle):
            return self.objects[value.number]
        if isinstance(value, list | tuple):
            return type(value)(self.into(item) for item in value)
        if isinstance(value, dict):
            return {key: self.into(item) for key, item in value.items()}
        return value


def observation_out(seen: Observation) -> dict[str, Any]:
    """An observation as plain data."""
    return {
        "value": seen.value,
        "raised": raised_out(seen.raised) if seen.raised else None,
        "changed": list(seen.changed),
        "gradients": dict(seen.gradients),
        "states": dict(seen.states),
    }


def module_observation_out(seen: ModuleObservation) -> dict[str, Any]:
    """An observation of a module as plain data."""
    return {
        "raised": raised_out(seen.raised) if seen.raised else None,
        "shapes": [list(shape) for shape in seen.shapes],
        "names": list(seen.names),
        "count": seen.count,
        "fits": seen.fits,
        "outputs": dict(seen.outputs),
        "gradients": dict(seen.gradients),
        "buffers": dict(seen.buffers),
    }


def request_in(parts: Any) -> Request:
    """A request from plain data."""
    gradients, forbid, watch = parts
    return Request(gradients, tuple(forbid), watch=tuple(watch))


def raised_out(raised: Raised) -> list[Any]:
    """A described exception as plain data."""
    return [raised.kind, list(raised.bases), raised.message, raised.where]


def tensors_of(args: Any, kwargs: Any) -> list[torch.Tensor]:
    """The tensors directly among the arguments."""
    return [v for v in (*args, *kwargs.values()) if isinstance(v, torch.Tensor)]


@contextlib.contextmanager
def silent() -> Any:
    """Drop what the learner's code prints while a test calls it."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = io.StringIO(), io.StringIO()
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
