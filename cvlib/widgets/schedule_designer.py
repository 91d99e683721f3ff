"""Schedule designer: drag a learning-rate curve, and read the code for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from .base import BadValueError, WholeNumber
from .chart_widget import ChartWidget
from .real_number import RealNumber

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KINDS = {
    "warmup": "Warm-up + cosine",
    "cosine": "Cosine",
    "step": "Step",
    "one_cycle": "One-cycle",
}


class ScheduleDesigner(ChartWidget):
    """A schedule as a curve and as PyTorch code.

    `kind` is a key of `KINDS`, `peak` the highest rate, `total` the number of steps. `turn` is
    where the curve turns: the length of the warm-up, of a stair, or of the way up; it is
    brought below `total`. `floor` is the lowest rate of the cosines, as a share of the peak.
    `code` and `rates` follow from them. A bad value raises ValueError.
    """

    kind = traitlets.Unicode("warmup").tag(sync=True)
    peak = RealNumber(0.1, 0.0001, 1, log=True).tag(sync=True)
    total = WholeNumber(200, 20, 1000).tag(sync=True)
    turn = WholeNumber(30, 2, 999).tag(sync=True)
    floor = RealNumber(0.0, 0, 0.5, step=0.01).tag(sync=True)
    code = traitlets.Unicode().tag(sync=True)
    _kinds = traitlets.Dict(KINDS).tag(sync=True)

    @traitlets.validate("kind")
    def _known_kind(self, proposal: Any) -> str:
        if proposal["value"] not in KINDS:
            known = ", ".join(KINDS)
            raise BadValueError(f"kind must be one of {known}, got {proposal['value']!r}")
        return proposal["value"]

    @traitlets.validate("turn")
    def _turn_in_run(self, proposal: Any) -> int:
        return min(proposal["value"], self.total - 1)

    @traitlets.observe("total")
    def _keep_turn_inside(self, _change: Any) -> None:
        self.turn = min(self.turn, self.total - 1)

    @traitlets.default("code")
    def _first_code(self) -> str:
        return self._write()

    @traitlets.observe("kind", "peak", "total", "turn", "floor")
    def _write_anew(self, _change: Any) -> None:
        self.code = self._write()

    def _write(self) -> str:
        head = f"optimizer = torch.optim.SGD(model.parameters(), lr={self.peak:g}, momentum=0.9)\n"
        head += "S = torch.optim.lr_scheduler\n"
        low = f"eta_min={self.peak * self.floor:.3g}"
        turn, total = self.turn, self.total
        if self.kind == "step":
            made = f"scheduler = S.StepLR(optimizer, step_size={turn}, gamma=0.1)"
        elif self.kind == "cosine":
            made = f"scheduler = S.CosineAnnealingLR(optimizer, T_max={total}, {low})"
        elif self.kind == "warmup":
            made = (
                f"up = S.LinearLR(optimizer, start_factor=1 / {turn}, total_iters={turn - 1})\n"
                f"down = S.CosineAnnealingLR(optimizer, T_max={total - turn}, {low})\n"
                f"scheduler = S.SequentialLR(optimizer, [up, down], milestones=[{turn}])"
            )
        else:
            made = (
                f"scheduler = S.OneCycleLR(optimizer, max_lr={self.peak:g}, total_steps={total},\n"
                f"                         pct_start={turn} / {total}, cycle_momentum=False)"
            )
        return f"{head}{made}\n# after every batch: optimizer.step(), then scheduler.step()"

    @property
    def rates(self) -> list[float]:
        """The learning rate of every step."""
        from cvlib import schedules

        low, steps = self.peak * self.floor, range(self.total)
        if self.kind == "step":
            return [schedules.step_lr(s, self.peak, self.turn) for s in steps]
        if self.kind == "cosine":
            return [schedules.cosine_lr(s, self.peak, self.total, low) for s in steps]
        if self.kind == "warmup":
            return [
                schedules.warmup_cosine_lr(s, self.peak, self.turn, self.total, low) for s in steps
            ]
        share = self.turn / self.total
        return [schedules.one_cycle_lr(s, self.peak, self.total, share) for s in steps]

    def summary(self) -> str:
        """Kind and numbers in one sentence."""
        return (
            f"Schedule designer: {KINDS[self.kind]} over {self.total} steps, peak {self.peak:g}, "
            f"turn at step {self.turn}."
        )

    def fallback_figure(self) -> Figure:
        """The curve."""
        from cvlib.line_plots import lines_figure

        lines = {KINDS[self.kind]: self.rates}
        return lines_figure(lines, range(self.total), "step", "learning rate")
