"""The course under attack: one session with a function, a tensor, some values and an essay."""

TEXT = '''\
# %% [markdown] session="01_attacked" minutes=15
# # 01 · A session under attack
# Three exercises and an open question.

# %% setup=true
%matplotlib inline
import math

import torch

from cvlib import check, conv

# %% [markdown]
# ## An idea
# A window walks over a row of cells.

# %%
ramp = [1, 2, 3]
print("a demonstration")

# %% [markdown] exercise="01-output-size" difficulty=1 minutes=5
# ## Exercise 1 · How big?
# Write it.

# %% solution="01-output-size"
def conv_output_size(size, kernel_size, stride=1, padding=0, dilation=1):
    """How many times the window fits."""
    ### BEGIN SOLUTION
    room = size + 2 * padding - dilation * (kernel_size - 1) - 1
    if room < 0:
        raise ValueError(f"the window does not fit: {size}, {kernel_size}")
    return room // stride + 1
    ### END SOLUTION

# %% check="01-output-size" points=1
assert conv_output_size(7, 3, 2) == 3
check.function(conv_output_size, like=conv.conv_output_size, cases=[(32, 3, 1, 1)])

# %% hidden="01-output-size" points=2
assert conv_output_size(7, 3) == 5, "7 cells, a window of 3"
check.function(
    conv_output_size,
    like=conv.conv_output_size,
    exercise="01-output-size",
    cases=[(32, 3), (224, 7, 2, 3), (8, 3, 2, 1), (64, 3, 3, 1, 2), (4, 9)],
    points=2,
)

# %% [markdown] hints="01-output-size"
# 1. Draw it.
# 2. Count the stops.
# 3. The first stop counts too.

# %% [markdown] exercise="01-double" difficulty=1 minutes=5
# ## Exercise 2 · Twice
# Write it.

# %% solution="01-double"
def double(x):
    """Twice the tensor."""
    ### BEGIN SOLUTION
    return x + x
    ### END SOLUTION

# %% check="01-double" points=1
assert torch.allclose(double(torch.ones(2)), torch.full((2,), 2.0))

# %% hidden="01-double" points=3
numbers = check.inputs().normal(2, 3, 4)
result = double(numbers)
assert isinstance(result, torch.Tensor)
assert result.shape == numbers.shape
assert torch.allclose(result, 2 * numbers), "not twice the numbers"
assert len(double(torch.zeros(5))) == 5

# %% [markdown] hints="01-double"
# 1. Add.
# 2. Or multiply.
# 3. By two.

# %% [markdown] exercise="01-stem" difficulty=1 minutes=5
# ## Exercise 3 · The stem
# Two numbers.

# %% solution="01-stem"
stem_conv = None
stem_pool = None
### BEGIN SOLUTION
stem_conv = 112
stem_pool = 56
### END SOLUTION

# %% check="01-stem" points=1
check.values({"stem_conv": stem_conv}, like={"stem_conv": 112})

# %% hidden="01-stem" points=2
check.values(
    {"stem_conv": stem_conv, "stem_pool": stem_pool},
    like={"stem_conv": 112, "stem_pool": 56},
    points=2,
)

# %% [markdown] hints="01-stem"
# 1. Two steps.
# 2. First the convolution.
# 3. Then the pooling.

# %% [markdown] open="01-why" points=3
# ## Open question
# Why do we pad?
# ### BEGIN SOLUTION
# The model answer says that borders count too.
# ### END SOLUTION
'''

FULL = {
    "01-output-size-check": 1.0, "01-output-size-hidden": 2.0,
    "01-double-check": 1.0, "01-double-hidden": 3.0,
    "01-stem-check": 1.0, "01-stem-hidden": 2.0,
}  # fmt: skip

RIGHT = {
    "01-output-size": """\
def conv_output_size(size, kernel_size, stride=1, padding=0, dilation=1):
    room = size + 2 * padding - dilation * (kernel_size - 1) - 1
    if room < 0:
        raise ValueError("the window does not fit")
    return room // stride + 1
""",
    "01-double": "def double(x):\n    return 2 * x\n",
    "01-stem": "stem_conv, stem_pool = 112, 56\n",
}

WRONG = """\
def conv_output_size(size, kernel_size, stride=1, padding=0, dilation=1):
    return -1
"""
