"""Draw a box: train the eye for boxes and for their intersection over union."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random
from typing import TYPE_CHECKING, Any

import traitlets

from cvlib.scenes import CLASSES

from .base import BadValueError
from .box_input import Names, as_picture
from .box_widget import BoxWidget
from .drawn_boxes import Judged, Question, about_guess, about_sides, judge, questions

if TYPE_CHECKING:
    from matplotlib.figure import Figure

GOOD = 0.8  # an IoU that keeps the streak
LAST = 10  # boxes in the average
LEAST = 2.0  # pixels of a side


class DrawnBox(traitlets.List):
    """x1, y1, x2, y2 in the picture of the question, sides of at least LEAST."""

    def validate(self, obj: Any, value: Any) -> list[float]:
        """Return four floats, or raise BadValueError."""
        width, height = obj.question["size"]
        try:
            x1, y1, x2, y2 = (float(number) for number in value)
            sides = min(x2 - x1, y2 - y1)
            right = x1 >= 0 and y1 >= 0 and x2 <= width and y2 <= height and sides > LEAST - 1e-6
        except (TypeError, ValueError):
            right = False
        if not right:
            raise BadValueError(
                f"{self.name} must be x1, y1, x2, y2 inside {width} × {height} with sides of "
                f"{LEAST:g} or more, got {value!r}"
            )
        return [x1, y1, x2, y2]


class DrawABox(BoxWidget):
    """Draw a box around the named object, guess its IoU if you like, and see.

    `box` is the learner's (x1, y1, x2, y2 in pixels of the picture), `guess` their guess or
    None. `check()` judges the box, once; `go_on()` asks for the next object. `results` holds all
    IoUs, `streak` how many of at least 0.8 came last in a row, `average` the mean of the last
    ten. `feedback` is empty until the box has been checked; the browser sends `reply`.

    Args:
        scenes: each with `image` (3, H, W) from 0 to 1, `boxes` (K, 4) xyxy and `labels` (K,),
            as `cvlib.scenes.make_scenes` gives them. Objects that share their scene with
            another one of their class are left out, since a name would not tell them apart.
        names: of the classes, if labels are their numbers.
        seed: the same seed asks for the same objects in the same order.

    Raises:
        ValueError: no object to ask for, or what is no box or label.
    """

    box = DrawnBox([]).tag(sync=True)
    guess = traitlets.Float(None, allow_none=True).tag(sync=True)
    results = traitlets.List(traitlets.Float()).tag(sync=True)
    question = traitlets.Dict().tag(sync=True)
    feedback = traitlets.Dict().tag(sync=True)
    reply = traitlets.Dict().tag(sync=True)
    _rules = traitlets.Dict({"good": GOOD, "last": LAST, "least": LEAST}).tag(sync=True)

    def __init__(
        self,
        scenes: Sequence[Any],
        names: Names = CLASSES,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        self.scenes = list(scenes)
        self._random = Random(seed)
        self._questions = list(questions(self.scenes, names))
        if not self._questions:
            raise ValueError("scenes must hold an object that is alone of its class, got none")
        self._waiting: list[Question] = []
        self._ask()
        super().__init__(**kwargs)

    def _ask(self) -> None:
        """Put the next object on the screen; all of them come before one comes again."""
        if not self._waiting:
            self._waiting = self._random.sample(self._questions, len(self._questions))
        self.current = self._waiting.pop()
        picture = as_picture(self.scenes[self.current.scene].image, [])
        width, height = picture["size"]
        with self.hold_sync():  # the browser gets it in one piece
            self.feedback, self.guess = {}, None
            self.question = picture | {"name": self.current.name}
            self.box = [width * 0.4, height * 0.4, width * 0.6, height * 0.6]

    @traitlets.validate("guess")
    def _guess_in_range(self, proposal: Any) -> float | None:
        value = proposal["value"]
        if value is not None and not 0 <= value <= 1:
            raise BadValueError(f"guess must be from 0 to 1 or None, got {value!r}")
        return value

    @traitlets.observe("reply")
    def _on_reply(self, change: Any) -> None:
        asked = change["new"].get("do")
        if asked == "next" and self.feedback:
            self.go_on()
        elif asked == "check":
            self.check()

    @property
    def judged(self) -> Judged:
        """The box as it is now, held against the true one."""
        return judge(self.box, self.current.box)

    @property
    def streak(self) -> int:
        """How many boxes of at least 0.8 came last in a row."""
        poor = [i for i, iou in enumerate(self.results, start=1) if iou < GOOD]
        return len(self.results) - max(poor, default=0)

    @property
    def average(self) -> float:
        """Mean IoU of the last ten boxes; nan before the first."""
        last = self.results[-LAST:]
        return sum(last) / len(last) if last else math.nan

    def check(self) -> None:
        """Judge the box, once for each object."""
        if self.feedback:
            return
        found = self.judged
        self.results = [*self.results, found.iou]
        self.feedback = {
            "truth": list(self.current.box),
            "intersection": found.intersection,
            "union": found.union,
            "iou": found.iou,
            "says": [
                about_sides(self.box, self.current.box),
                *about_guess(self.guess, found.iou),
            ],
            "streak": self.streak,
            "average": self.average,
        }

    def go_on(self) -> None:
        """The next object, with a new box to move."""
        self._ask()

    def summary(self) -> str:
        """Task, streak and average."""
        average = f"{self.average:.2f}" if self.results else "none yet"
        return (
            f"Draw a box around the {self.current.name}. Boxes drawn: {len(self.results)}; streak "
            f"of at least {GOOD:g}: {self.streak}; average of the last {LAST}: {average}."
        )

    def fallback_figure(self) -> Figure:
        """The picture with the box to draw, the learner's and the true one."""
        from .detection_figures import drawn_box_figure

        return drawn_box_figure(self)
