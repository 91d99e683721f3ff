"""Random questions on output sizes: making one, solving it in steps, and naming the slip.

Everything here is pure: the same generator state gives the same question. The widget
`cvlib.widgets.output_size_drill` shows them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

from cvlib.conv_arithmetic import conv_output_size, transposed_output_size

LEVELS = ("no padding", "padding", "stride", "dilation", "pooling", "transposed")  # level 1 to 6
STEPS_UP = 3  # right answers in a row that lead to the next level
MOST_SLIPS = 2  # of those that give the same number, the likeliest
SIZES = (*range(7, 33), 40, 48, 56, 64, 96, 112, 128, 224)
LAYERS = {
    "conv": "nn.Conv2d(3, 8, ",
    "pool": "nn.MaxPool2d(",
    "transposed": "nn.ConvTranspose2d(8, 3, ",
}
SLIPS = {
    "rounded up": "You rounded up. A window that sticks out doesn't count: round down.",
    "no + 1": "The + 1 is missing: the first window counts, before any step.",
    "+ 1 twice": "One too many: the + 1 comes once, after the division.",
    "padding once": "The padding was counted once. It is put on both sides: 2·P.",
    "no padding": "The padding was left out.",
    "padded width": "That is the width of the padded input, before a window moves over it.",
    "no dilation": "The dilation was left out: the window spans D·(K − 1) + 1 cells, not K.",
    "a gap too many": "K taps have only K − 1 gaps: they span D·(K − 1) + 1 cells, not D·K.",
    "no default stride": "A pooling layer without `stride` steps by its kernel size, not by 1.",
    "no stride": "The stride was left out.",
    "only divided": "You divided the width by the stride. Kernel and padding count too.",
    "not transposed": "That is the ordinary convolution. The transposed one goes the other way.",
    "a step too many": "There are only W − 1 steps between W windows: (W − 1)·S, not W·S.",
    "no last cell": "The + 1 is missing: one window alone is (K − 1) + 1 cells wide.",
    "only multiplied": "W·S is right only when K − 2·P + output padding equals S.",
    "cut once": "The padding takes cells away on both sides: 2·P.",
    "not cut": "The padding was left out: it takes P cells away on each side.",
    "padding added": "Here the padding is taken away from the output, not added.",
    "no output padding": "The output padding was left out: it adds its cells at one side.",
}


@dataclass(frozen=True)
class SizeQuestion:
    """One layer and the width of its input. A pooling without `stride` steps by its kernel."""

    kind: str  # conv, pool or transposed
    size: int
    kernel_size: int
    stride: int | None = 1
    padding: int = 0
    dilation: int = 1
    output_padding: int = 0

    @property
    def step(self) -> int:
        """The stride that the layer really takes."""
        return self.kernel_size if self.stride is None else self.stride

    @property
    def code(self) -> str:
        """The layer as PyTorch writes it, defaults left out."""
        parts = [f"kernel_size={self.kernel_size}"]
        if self.stride is not None and (self.stride != 1 or self.kind == "pool"):
            parts.append(f"stride={self.stride}")
        for name, default in (("padding", 0), ("dilation", 1), ("output_padding", 0)):
            if getattr(self, name) != default:
                parts.append(f"{name}={getattr(self, name)}")
        return LAYERS[self.kind] + ", ".join(parts) + ")"

    @property
    def answer(self) -> int:
        """Width of the output."""
        common = (self.size, self.kernel_size, self.step, self.padding, self.dilation)
        if self.kind == "transposed":
            return transposed_output_size(*common, self.output_padding)
        return conv_output_size(*common)


def make_question(level: int, generator: Random) -> SizeQuestion:
    """A random question of level 1 to 6 (see LEVELS); ValueError for another level."""
    if type(level) is not int or not 1 <= level <= len(LEVELS):
        raise ValueError(f"level must be a whole number from 1 to {len(LEVELS)}, got {level!r}")
    pick, size = generator.randint, generator.choice(SIZES)
    if level == 5:
        kernel, stride = pick(2, 4), generator.choice((None, None, 1, 2, 3))
        return SizeQuestion("pool", size, kernel, stride, padding=pick(0, kernel // 2))
    if level == 6:
        size, stride = min(size, 64), pick(2, 3)
        kernel, extra = pick(stride, 5), pick(0, 1)
        return SizeQuestion("transposed", size, kernel, stride, pick(0, 1), output_padding=extra)
    kernel = pick(2, 7) if level < 4 else pick(2, 4)
    padding = 0 if level == 1 else pick(1, 3) if level == 2 else pick(0, 3)
    stride = {1: 1, 2: 1, 3: pick(2, 4), 4: pick(1, 2)}[level]
    dilation = pick(2, 3) if level == 4 else 1
    size = max(size, dilation * (kernel - 1) + 1)
    return SizeQuestion("conv", size, kernel, stride, padding, dilation)


def next_level(level: int, streak: int) -> int:
    """Level after a right answer: one more at each third right one in a row."""
    rises = streak > 0 and streak % STEPS_UP == 0
    return min(len(LEVELS), level + rises)


def worked_solution(question: SizeQuestion) -> list[str]:
    """The formula, the formula with the numbers in it, and the steps to the answer."""
    q = question
    w, k, s, p, d = q.size, q.kernel_size, q.step, q.padding, q.dilation
    if q.kind == "transposed":
        extra = f" + {q.output_padding}" if q.output_padding else ""
        return [
            "(W − 1)·S − 2·P + D·(K − 1) + 1" + (" + output padding" if extra else ""),
            f"= ({w} − 1)·{s} − 2·{p} + {d}·({k} − 1) + 1{extra}",
            f"= {(w - 1) * s} − {2 * p} + {d * (k - 1)} + 1{extra} = {q.answer}",
        ]
    room = w - d * (k - 1) - 1 + 2 * p
    quotient = f"{room * 100 // s / 100:g}" + ("…" if room * 100 % s else "")
    decimals = f" = ⌊{quotient}⌋ + 1" if room % s else ""
    return [
        "⌊(W − D·(K − 1) − 1 + 2·P) / S⌋ + 1",
        f"= ⌊({w} − {d}·({k} − 1) − 1 + 2·{p}) / {s}⌋ + 1",
        f"= ⌊{room} / {s}⌋ + 1{decimals} = {room // s} + 1 = {q.answer}",
    ]


def diagnose(question: SizeQuestion, given: int) -> list[str]:
    """The slips that lead to the wrong answer `given`, as sentences: none, one or two."""
    if given == question.answer:
        return []
    slips = _transposed_slips if question.kind == "transposed" else _window_slips
    return [SLIPS[slip] for slip, value in slips(question).items() if value == given][:MOST_SLIPS]


def _window_slips(q: SizeQuestion) -> dict[str, int]:
    """What each slip gives for convolution and pooling; only slips that the question allows."""
    w, k, s, p, d = q.size, q.kernel_size, q.step, q.padding, q.dilation
    span = d * (k - 1) + 1
    room = w - span + 2 * p
    slips = {"rounded up": math.ceil(room / s) + 1, "no + 1": room // s, "+ 1 twice": room // s + 2}
    if p:
        slips["padding once"] = (w - span + p) // s + 1
        slips["no padding"] = (w - span) // s + 1
        slips["padded width"] = w + 2 * p
    if d > 1:
        slips["no dilation"] = (w - k + 2 * p) // s + 1
        slips["a gap too many"] = (w - d * k + 2 * p) // s + 1
    if s > 1:
        slips["no default stride" if q.stride is None else "no stride"] = room + 1
        slips["only divided"] = w // s
    return slips


def _transposed_slips(q: SizeQuestion) -> dict[str, int]:
    """What each slip gives for a transposed convolution."""
    w, k, s, p, right = q.size, q.kernel_size, q.step, q.padding, q.answer
    slips = {"not transposed": (w - k + 2 * p) // s + 1, "a step too many": right + s}
    if q.output_padding:
        slips["no output padding"] = right - q.output_padding
    if p:
        slips["cut once"] = right + p
        slips["not cut"] = right + 2 * p
        slips["padding added"] = right + 4 * p
    return slips | {"no last cell": right - 1, "only multiplied": w * s}
