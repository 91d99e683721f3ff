"""The judge's end of the wire: questions to a student's process, and what stands for its objects.

Plain values arrive as copies; functions, classes and other objects are stood in for by `Proxy`.
"""

from __future__ import annotations

import builtins
import socket
import sys
import time
from types import ModuleType
from typing import Any

from autograder.engine import wire
from autograder.engine.arrived import module_observation_in, observation_in, raised_in
from autograder.engine.frames import Closed, Late, StudentLost, WireError
from cvlib.check.cases import Case
from cvlib.check.observe import Observation, Raised, Request
from cvlib.check.observe_module import Donor, ModuleObservation

ENDED = "the process ended while this was running: it took too much memory or stopped itself"
MEANINGFUL = ("StopIteration", "StopAsyncIteration")  # they end a test's loop in silence


class Link:
    """The judge's end of the channel to one student's process."""

    def __init__(self, channel: socket.socket) -> None:
        self.channel = channel
        self.deadline = 0.0
        self.unknown_names = False  # whether the learner's code met a name it did not know

    def ask(self, do: str, **details: Any) -> dict[str, Any]:
        """One question, one answer.

        Raises:
            StudentLost: with the reason, in a learner's words.
        """
        try:
            self.channel.settimeout(max(0.01, self.deadline - time.monotonic()))
            wire.send(self.channel, {"do": do, **details})
            reply = wire.receive(self.channel, self.deadline)
        except Late:
            raise StudentLost("this took too long and was stopped") from None
        except Closed:
            raise StudentLost(ENDED) from None
        except WireError as error:
            raise StudentLost(f"the answer can't be read: {error}") from None
        if not isinstance(reply, dict):
            raise StudentLost("the answer can't be read: it is not a reply")
        if "refused" in reply:
            raise StudentLost(f"the answer can't be read: {reply['refused']}")
        return reply

    def value(self, do: str, **details: Any) -> Any:
        """Ask for a value; an exception on the other side is raised here as a plain one."""
        reply = self.ask(do, **details)
        if "raised" in reply:
            raise self.rebuilt(raised_in(reply["raised"]))
        if "value" not in reply:
            raise StudentLost("the answer can't be read: it holds no value")
        return self.into(reply["value"])

    def rebuilt(self, raised: Raised) -> Exception:
        """A built-in exception that tests can catch by its usual class."""
        self.unknown_names |= "NameError" in raised.bases
        for name in raised.bases:
            kind = getattr(builtins, name, None)
            if name in MEANINGFUL:
                break
            if isinstance(kind, type) and issubclass(kind, Exception):
                try:
                    return kind(raised.message)
                except TypeError:
                    continue
        return RuntimeError(f"{raised.kind}: {raised.message}")

    def into(self, value: Any) -> Any:
        """What arrived, with handles replaced by proxies and modules by the judge's own."""
        if isinstance(value, wire.Handle):
            return Proxy(self, value)
        if isinstance(value, wire.Module):
            module = sys.modules.get(value.name)
            if not isinstance(module, ModuleType):
                raise StudentLost(f"the tests can't use the module {value.name!r}")
            return module
        if type(value) in (list, tuple):
            return type(value)(self.into(item) for item in value)
        if type(value) is dict:
            return {key: self.into(item) for key, item in value.items()}
        return value


class Proxy:
    """Stands for an object in the student's process."""

    def __init__(self, link: Link, handle: wire.Handle) -> None:
        self.__dict__.update(_link=link, _handle=handle)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it; tensors that it changed in place are changed here, too."""
        reply = self._link.ask("call", target=self._handle, args=list(outgoing(args)),
                               kwargs=outgoing(kwargs))  # fmt: skip
        if "raised" in reply:
            raise self._link.rebuilt(raised_in(reply["raised"]))
        given = [v for v in (*args, *kwargs.values()) if hasattr(v, "copy_")]
        changed = reply.get("changed")
        for index, new in (changed if isinstance(changed, dict) else {}).items():
            if isinstance(index, int) and 0 <= index < len(given):
                given[index].data = new.to(given[index].device)
        return self._link.into(reply.get("value"))

    def __observe__(self, case: Case, request: Request) -> Observation:
        """`cvlib.check.observe` on the other side."""
        reply = self._link.ask("observe", target=self._handle, case=case_out(case),
                               request=request_out(request))  # fmt: skip
        if "raised" in reply:
            return Observation(raised=raised_in(reply["raised"]))
        return self.noted(observation_in(reply.get("seen")))

    def __observe_module__(
        self, config: Case, inputs: tuple[Any, ...], donor: Donor, request: Request
    ) -> ModuleObservation:
        """`cvlib.check.module`'s observation on the other side."""
        reply = self._link.ask(
            "observe_module", target=self._handle, config=case_out(config), inputs=list(inputs),
            donor=[donor.parameters, donor.buffers], request=request_out(request),
        )  # fmt: skip
        if "raised" in reply:
            return ModuleObservation(raised=raised_in(reply["raised"]))
        return self.noted(module_observation_in(reply.get("seen")))

    def __entered__(self) -> Any:
        """The object as `check.values` takes it: plain data."""
        return self._link.value("entered", target=self._handle)

    def noted(self, seen: Any) -> Any:
        """Remember whether the learner's code met a name that it did not know."""
        if seen.raised is not None:
            self._link.unknown_names |= "NameError" in seen.raised.bases
        return seen

    def __getattr__(self, name: str) -> Any:
        """An attribute's value."""
        if name.startswith("_"):
            raise AttributeError(name)
        return self._link.value("attribute", target=self._handle, name=name)

    def __getitem__(self, key: Any) -> Any:
        """An item's value."""
        return self._link.value("item", target=self._handle, key=outgoing(key))

    def __len__(self) -> int:
        """The number of its items."""
        length = self._link.value("length", target=self._handle)
        if type(length) is not int or not 0 <= length < 2**31:
            raise StudentLost("the answer can't be read: a length is not a number")
        return length

    def __repr__(self) -> str:
        return f"<the learner's {self._handle.type_name}>"


def outgoing(value: Any) -> Any:
    """A value of the judge's as it goes over the wire; proxies go back as their handles."""
    if isinstance(value, Proxy):
        return value._handle
    if type(value) in (list, tuple):
        return type(value)(outgoing(item) for item in value)
    if type(value) is dict:
        return {key: outgoing(item) for key, item in value.items()}
    return value


def case_out(case: Case) -> list[Any]:
    """A case as plain data."""
    return [list(outgoing(case.args)), outgoing(dict(case.kwargs)), case.maker, case.through]


def request_out(request: Request) -> list[Any]:
    """A request as plain data; what is sealed is the other side's own business."""
    return [request.gradients, list(request.forbid), list(request.watch)]
