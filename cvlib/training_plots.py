"""What is seen of a training run: curves, and a bar while it goes on. `cvlib.train` shows them."""

from __future__ import annotations

import time
from typing import Any

import matplotlib
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import MaxNLocator

from cvlib.figures import STYLE, show, to_html
from cvlib.history import History

SECONDS_BETWEEN_BARS = 0.2
SECONDS_BETWEEN_CURVES = 1.0  # drawing takes a tenth of that


def plot_history(history: History) -> None:
    """Show loss and accuracy by epoch, of training and of held-out data, side by side.

    Raises:
        ValueError: no epoch has been run to its end.
    """
    show(history_figure(history), history_text(history))


@matplotlib.rc_context(STYLE)
def history_figure(history: History) -> Figure:
    """The figure that `plot_history` shows."""
    if not history.seconds:
        raise ValueError("history must have at least one epoch, got none")
    epochs = range(1, history.epochs + 1)
    figure = Figure(figsize=(9, 3.2), layout=ConstrainedLayoutEngine(w_pad=0.1))
    left, right = figure.subplots(1, 2)
    for axes, what, train, held_out in (
        (left, "loss", history.train_loss, history.val_loss),
        (right, "accuracy", history.train_accuracy, history.val_accuracy),
    ):
        axes.plot(epochs, train, marker="o", markersize=3, label="training")
        axes.plot(epochs, held_out, marker="s", markersize=3, label="held out")
        axes.set(xlabel="epoch", title=what)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(axis="y")
    left.set_ylim(bottom=0)
    right.set_ylim(top=1)
    right.legend(loc="lower right")
    return figure


def history_text(history: History) -> str:
    """The last epoch in one line, and the best one."""
    return (
        f"Epoch {history.epochs}: training loss {history.train_loss[-1]:.3f}, "
        f"accuracy {history.train_accuracy[-1]:.1%}; held-out loss {history.val_loss[-1]:.3f}, "
        f"accuracy {history.val_accuracy[-1]:.1%} (best {max(history.val_accuracy):.1%} "
        f"in epoch {history.best_epoch}); {sum(history.seconds):.1f} s"
    )


class Display:
    """One place below a notebook's cell that a training run writes to, again and again.

    In a terminal each epoch prints its line instead, and the bar is left out.
    """

    def __init__(self, history: History, epochs: int, batches: int | None, wanted: bool) -> None:
        self.history = history
        self.epochs = epochs
        self.batches = batches  # of an epoch, if that is known
        self.wanted = wanted
        self.handle = open_place() if wanted else None
        self.curves = ""
        self.drawn = self.written = float("-inf")

    def after_batch(self, number: int) -> None:
        """Move the bar, a few times per second at most."""
        if self.handle is not None and time.perf_counter() - self.written > SECONDS_BETWEEN_BARS:
            share = number / self.batches if self.batches else 0.0
            self.write(f"epoch {self.history.epochs + 1} of {self.epochs}, batch {number}", share)

    def after_epoch(self) -> None:
        """Draw the curves anew, once a second at most and in any case at the end."""
        text = history_text(self.history)
        last = self.history.epochs == self.epochs
        if self.handle is None:
            if self.wanted:
                print(text)
            return
        if last or time.perf_counter() - self.drawn > SECONDS_BETWEEN_CURVES:
            self.curves = to_html(history_figure(self.history), text)
            self.drawn = time.perf_counter()
            self.write(text, 0.0)

    def write(self, text: str, share: float) -> None:
        """Text, a bar for the epoch that is going on, and the curves so far."""
        done = min(1.0, (self.history.epochs + share) / self.epochs)
        bar = f'<progress value="{done:.3f}" max="1" style="width: 20em"></progress> {text}'
        page = {"text/html": f"<div>{bar}</div>{self.curves}", "text/plain": text}
        assert self.handle is not None
        self.handle.update(page, raw=True)
        self.written = time.perf_counter()


def open_place() -> Any:
    """An output that can be changed later; None outside of a notebook."""
    from IPython import get_ipython  # type: ignore[attr-defined]
    from IPython.display import display

    shell = get_ipython()
    if shell is None or not hasattr(shell, "kernel"):
        return None
    return display({"text/plain": "training begins"}, raw=True, display_id=True)
