"""A tiny course of one session, quick to build and grade, for tests that change it."""

from __future__ import annotations

import shutil
from pathlib import Path

from autograder.session import Session, find_session, read_session
from autograder.settings import Settings, load_settings

ROOT = Path(__file__).parent.parent
TEXT = '''\
# %% [markdown] session="01_tiny" minutes=15
# # 01 · A tiny session
# Two exercises and an open question.

# %% setup=true
import math

from cvlib import check, conv

# %% [markdown]
# ## An idea
# A window walks over a row of cells.

# %%
print("a demonstration")

# %% [markdown] exercise="01-output-size" difficulty=1 minutes=5
# ## Exercise 1 · How big?
# Write it.

# %% solution="01-output-size"
def conv_output_size(size, kernel_size, stride=1, padding=0, dilation=1):
    """How many times the window fits."""
    ### BEGIN SOLUTION
    if min(size, kernel_size, stride, dilation) < 1 or padding < 0:
        raise ValueError(f"bad arguments: {size}, {kernel_size}, {stride}, {padding}")
    room = size + 2 * padding - dilation * (kernel_size - 1) - 1
    if room < 0:
        raise ValueError(f"the window does not fit: {size}, {kernel_size}")
    return room // stride + 1
    ### END SOLUTION

# %% check="01-output-size" points=1
check.function(
    conv_output_size,
    like=conv.conv_output_size,
    exercise="01-output-size",
    cases=[(7, 3, 2), (32, 3, 1, 1)],
)

# %% hidden="01-output-size" points=2
check.function(
    conv_output_size,
    like=conv.conv_output_size,
    exercise="01-output-size",
    cases=[(32, 3), (224, 7, 2, 3), (8, 3, 2, 1), (64, 3, 3, 1, 2), (5, 5), (4, 9)],
    points=2,
)

# %% [markdown] hints="01-output-size"
# 1. Draw it.
# 2. Count the stops.
# 3. The first stop counts too.

# %% [markdown] exercise="01-receptive-field" difficulty=2 minutes=5
# ## Exercise 2 · How far does it see?
# Write it.

# %% solution="01-receptive-field"
def receptive_field(layers):
    """Field and jump."""
    ### BEGIN SOLUTION
    field, jump = 1, 1
    for layer in layers:
        if min(layer) < 1:
            raise ValueError(f"layers must hold numbers of at least 1, got {layer}")
        field += layer[2] * (layer[0] - 1) * jump
        jump *= layer[1]
    return field, jump
    ### END SOLUTION

# %% check="01-receptive-field" points=1
check.function(
    receptive_field,
    like=conv.receptive_field,
    exercise="01-receptive-field",
    cases=[([(3, 1, 1), (3, 2, 1)],)],
)

# %% hidden="01-receptive-field" points=3
check.function(
    receptive_field,
    like=conv.receptive_field,
    exercise="01-receptive-field",
    cases=[([(7, 2, 1), (3, 2, 1), (3, 1, 2)],), ([],), ([(3, 2, 2), (5, 3, 1)],)],
    points=3,
)

# %% [markdown] hints="01-receptive-field"
# 1. Start with one cell.
# 2. Each layer widens the field.
# 3. Strides multiply.

# %% [markdown] open="01-why" points=3
# ## Open question
# Why do we pad?
# ### BEGIN SOLUTION
# The model answer says that borders count too.
# ### END SOLUTION
'''


def make_course(folder: Path, text: str = TEXT, name: str = "01_tiny") -> Settings:
    """A course with one session below `folder`."""
    (folder / "course").mkdir(parents=True)
    (folder / "course" / f"{name}.py").write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "course" / "course.toml", folder / "course")
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    return load_settings(folder)


def tiny_session(settings: Settings) -> Session:
    """The course's session, read."""
    return read_session(find_session(settings.course, "01"))


def files_below(folder: Path) -> dict[str, bytes]:
    """Every file's bytes, to compare before and after."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
