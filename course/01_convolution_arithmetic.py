# %% [markdown] session="01_convolution_arithmetic" minutes=150
# # 01 · Convolution arithmetic
#
# A small grid of numbers slides over a picture. At every stop it multiplies, adds, and writes
# down one number. That is a convolution layer, and you are going to write one.
#
# **You will be able to**
#
# - turn a photograph into the tensor that a network expects,
# - write convolution, pooling and an edge detector,
# - tell a layer's size, view and price before you run it,
# - repair a bug that is copied from tutorial to tutorial.
#
# **Time:** about 150 minutes, 40 points. Take a break after exercise 5.
#
# **Predictions:** run `predict("…", "?")`, read the question, put a letter for the question mark,
# run it again. A wrong guess teaches more than a right answer that you only nodded at.

# %% setup=true
import math
import time
import urllib.request
from collections.abc import Callable

import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F
from torch import Tensor

from cvlib import check, conv, images, plots, widgets
from cvlib.images import sample_image, to_tensor
from cvlib.lesson import explain, own_numbers, predict, quiz, uses_your

# %%
quiz("01-recall")

# %% [markdown]
# ## A picture is a grid of numbers
#
# *Resolution* says how many pixels a picture has. *Bit depth* says how finely each one is
# measured: 8 bits give 256 levels, from 0 (black) to 255 (white). A grey pixel is one number, a
# coloured one three: red, green and blue.
#
# Cameras, files and Matplotlib keep them as `uint8` in the order **H × W × C**: row, column,
# channel. PyTorch wants floats in the order **N × C × H × W**: picture in the batch, channel,
# row, column.
#
# Look at a photograph from so near that you can read it. Then move its channels to the front;
# that step has a trap.

# %%
cat = sample_image("chelsea", 96)  # (96, 96, 3) uint8
eye = cat[24:36, 27:39]  # (12, 12, 3)
print("shape", cat.shape, "· type", cat.dtype, "· values", cat.min(), "to", cat.max())
plots.show_images([cat, eye], titles=["96 × 96 × 3 numbers", "12 × 12 × 3 of them"])
plots.show_grid_numbers(eye[..., 0], title="the red channel of that part")

# %%
predict("01-reshape-image", "?")

# %%
pixels = torch.from_numpy(cat)  # (96, 96, 3) uint8
moved = pixels.permute(2, 0, 1)  # (3, 96, 96)
forced = pixels.reshape(3, 96, 96)  # (3, 96, 96)
plots.show_images([moved[0], forced[0]], titles=["permute(2, 0, 1)", "reshape(3, 96, 96)"])
explain("01-reshape-image")

# %% [markdown]
# ## Colour is a choice of axes
#
# `to_tensor` moves the channels, divides by 255 and adds the batch axis. Pretrained networks want
# one step more, the *ImageNet normalisation*: subtract the mean (0.485, 0.456, 0.406) and divide
# by the standard deviation (0.229, 0.224, 0.225) of each channel, in the order red, green, blue.
#
# That order bites. OpenCV reads **BGR**: same shape, same type, no error, and a network that
# quietly does worse.
#
# **HSV** separates *hue* from saturation and value (brightness), so "find all that is orange" is
# easy; but hue is an angle, and 359° lies beside 1°. **LAB** has lightness and two colour axes;
# equal distances look about equally different.

# %%
woman = sample_image("astronaut", 160)  # (160, 160, 3) uint8
hsv, lab = images.rgb_to_hsv(woman), images.rgb_to_lab(woman)  # (160, 160, 3) each
panels = {
    "RGB": woman,
    "the same, read as BGR": images.swap_red_and_blue(woman),
    "HSV: hue": hsv[..., 0],
    "HSV: saturation": hsv[..., 1],
    "LAB: lightness, 0 to 100": lab[..., 0] / 100,
    "LAB: blue to yellow": lab[..., 2],
}
plots.show_images(list(panels.values()), titles=list(panels), columns=3)
for name in list(panels)[:2]:
    means = images.normalize(to_tensor(panels[name])).mean(dim=(0, 2, 3))  # (3,)
    print(f"{name}: channel means after normalisation {[round(m, 2) for m in means.tolist()]}")

# %% [markdown]
# ## A window slides over the picture
#
# Take a small grid of weights, the *kernel*, and lay it on the top left corner. Multiply each
# weight by the pixel under it and add everything up: that sum is the first number of the output.
# Move on and repeat. The sums form a new picture, the *feature map*.
#
# Four knobs say where the window stops: the **kernel size** K, the **stride** S (how far it moves
# each time), the **padding** P (zeros put around the picture on each side) and the **dilation** D
# (the distance from one weight to the next; 1 means neighbours).
#
# Play: can you find settings where the last column is never looked at?

# %%
widgets.ConvolutionExplorer(size=6, kernel_size=3)

# %% [markdown] exercise="01-output-size" difficulty=1 minutes=10
# ## Exercise 1 · How big is the output?
#
# Count the stops. From its first weight to its last a kernel spans $D(K-1)+1$ cells. On a padded
# line of $W+2P$ cells it starts at 0, S, 2S, … for as long as it fits:
#
# $$\text{out} = \left\lfloor \frac{W + 2P - D(K-1) - 1}{S} \right\rfloor + 1$$
#
# **Write** `conv_output_size(size, kernel_size, stride=1, padding=0, dilation=1) -> int`.
#
# - *By hand:* W = 7, K = 3, S = 2 starts at 0, 2, 4: that makes 3. W = 8 gives 3 as well; the
#   last column is left over.
# - *Edge case:* K = 5 does not fit on W = 4. Raise `ValueError` then, and also when the padding
#   is below 0 or another argument below 1. Say which argument, and its value.


# %% solution="01-output-size"
def conv_output_size(
    size: int, kernel_size: int, stride: int = 1, padding: int = 0, dilation: int = 1
) -> int:
    """Count the places where a window fits along one direction of a padded input.

    Raises:
        ValueError: if the window does not fit, padding < 0 or another argument < 1.
    """
    ### BEGIN SOLUTION
    named = {"size": size, "kernel_size": kernel_size, "stride": stride, "dilation": dilation}
    for name, value in named.items():
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}")
    if padding < 0:
        raise ValueError(f"padding must not be negative, got {padding}")
    room = size + 2 * padding - dilation * (kernel_size - 1) - 1
    if room < 0:
        raise ValueError(f"kernel_size={kernel_size} does not fit into size={size}")
    return room // stride + 1
    ### END SOLUTION


# %% check="01-output-size" points=1
check.function(
    conv_output_size,
    like=conv.conv_output_size,
    exercise="01-output-size",
    cases=[
        check.case(7, 3, stride=2),
        check.case(32, 3, padding=1),
        check.case(9, 3, dilation=2),
        check.case(4, 5),  # does not fit: ValueError
    ],
)

# %% hidden="01-output-size" points=2
check.function(
    conv_output_size,
    like=conv.conv_output_size,
    exercise="01-output-size",
    points=2,
    cases=[
        check.case(224, 7, stride=2, padding=3),
        check.case(8, 3, stride=2),
        check.case(9, 3, stride=2),
        check.case(12, 3, 2, 1, 3),  # all knobs, by position
        check.case(5, 5),  # fits exactly once
        check.case(1, 3, padding=1),
        check.case(5, 3, dilation=3),  # spans 7 cells
        check.case(8, 3, padding=-1),
        check.case(8, 3, stride=0),
        check.case(8, 0),
        check.case(8, 3, dilation=0),
    ],
)

# %% [markdown] hints="01-output-size"
# 1. Draw seven boxes in a row and push a paper window of three boxes along them, two boxes at a
#    time. What do you count: boxes, moves, or stops?
# 2. The window's first stop is free. Every further stop costs S cells of the room that is left:
#    padded length minus span.
# 3. Compute `room = size + 2 * padding - dilation * (kernel_size - 1) - 1`. If it is negative,
#    raise; otherwise the answer is `room // stride + 1`.

# %%
widths = range(4, 25)
plots.use_style()
figure = plt.Figure(figsize=(7, 3), layout="constrained")
axes = figure.add_subplot(xlabel="input width", ylabel="output width (K = 3, P = 1)")
with uses_your("conv_output_size"):
    for stride in (1, 2, 4):
        stops = [conv_output_size(width, 3, stride, padding=1) for width in widths]
        axes.plot(widths, stops, drawstyle="steps-mid", marker=".", label=f"stride {stride}")
    axes.set_xticks(widths[::4])
    axes.legend()
    plots.show(figure, "Output width by input width: a line for stride 1, stairs for 2 and 4.")
widgets.OutputSizeDrill()  # your function knows; do you?

# %% [markdown]
# ## All channels, one sum
#
# A colour picture has three planes, so its kernel has three slices. Each slice meets its own
# plane, and *all* the products, over rows, columns and channels, go into one sum. The bias is
# added once, at the end. A layer with O such kernels writes O feature maps:
#
# $$\text{out}_{n,o,i,j} = b_o + \sum_{c,u,v} w_{o,c,u,v}\; x_{n,c,\,iS+u,\,jS+v}$$
#
# | `x` | `weight` | `bias` | output |
# |---|---|---|---|
# | (N, C, H, W) | (O, C, KH, KW) | (O,) | (N, O, OH, OW) |
#
# A mathematician's *convolution* turns the kernel by 180° first. Without the turn it is a
# *cross-correlation*. Frameworks compute that one, and call it convolution all the same.

# %% [markdown] exercise="01-conv2d" difficulty=2 minutes=20
# ## Exercise 2 · Convolution with your own loops
#
# **Write** `conv2d(x, weight, bias=None, stride=1, padding=0)` for the shapes above, without
# turning the kernel. Loop over the stops, cut out the window, multiply, sum. Torch's own
# convolution, `unfold` and matrix products are switched off here; `*`, `sum`, slices and `F.pad`
# are yours.
#
# - *By hand:* two channels `[[1, 2], [3, 4]]` and `[[0, 1], [1, 0]]`, kernel slices
#   `[[1, 0], [0, 1]]` and `[[10, 10], [10, 10]]`, bias 0.5. There is one stop:
#   (1 + 4) + (10 + 10) + 0.5 = 25.5.
# - *Edge case:* pictures and kernels need not be square. A window that does not fit raises
#   `ValueError`, as in exercise 1: call your own function.


# %% solution="01-conv2d"
def conv2d(
    x: Tensor, weight: Tensor, bias: Tensor | None = None, stride: int = 1, padding: int = 0
) -> Tensor:
    """Slide every kernel over every picture; the kernel is not turned.

    Args:
        x: (N, C, H, W).  weight: (O, C, KH, KW).  bias: (O,) or None.

    Returns:
        (N, O, OH, OW), with OH and OW from `conv_output_size`.
    """
    ### BEGIN SOLUTION
    o, _, kh, kw = weight.shape
    out_h = conv_output_size(x.shape[2], kh, stride, padding)
    out_w = conv_output_size(x.shape[3], kw, stride, padding)
    x = F.pad(x, (padding, padding, padding, padding))  # (N, C, H+2P, W+2P)
    out = x.new_zeros(x.shape[0], o, out_h, out_w)
    for i in range(out_h):
        for j in range(out_w):
            window = x[:, None, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            out[:, :, i, j] = (window * weight).sum(dim=(2, 3, 4))  # (N, O, C, KH, KW) → (N, O)
    return out if bias is None else out + bias[:, None, None]
    ### END SOLUTION


# %% check="01-conv2d" points=2
two_channels = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]], [[0.0, 1.0], [1.0, 0.0]]]])
two_slices = torch.tensor([[[[1.0, 0.0], [0.0, 1.0]], [[10.0, 10.0], [10.0, 10.0]]]])
r = check.inputs()
check.function(
    conv2d,
    like=conv.conv2d,
    exercise="01-conv2d",
    forbid=("conv2d", "unfold", "matmul"),
    cases=[
        check.case(two_channels, two_slices, torch.tensor([0.5])),  # 25.5, by hand
        check.case(r.integers(0, 9, 1, 1, 4, 5), r.integers(-2, 3, 1, 1, 3, 3)),
        check.case(r.normal(1, 2, 6, 5), r.normal(3, 2, 3, 2), stride=2, padding=1),
    ],
)

# %% hidden="01-conv2d" points=5
r = check.inputs()
check.function(
    conv2d,
    like=conv.conv2d,
    exercise="01-conv2d",
    forbid=("conv2d", "unfold", "matmul"),
    cases=[
        check.case(r.integers(1, 9, 1, 1, 4, 6), r.integers(1, 9, 1, 1, 2, 3)),
        check.case(r.normal(2, 3, 5, 7), r.normal(4, 3, 3, 2), r.normal(4)),
        check.case(r.normal(2, 3, 5, 8), r.normal(2, 3, 2, 3), r.normal(2), stride=3),
        check.case(r.normal(2, 2, 4, 7), r.normal(3, 2, 3, 3), r.normal(3), 2, 1),
        check.case(r.normal(1, 2, 3, 4), r.normal(1, 2, 1, 1), padding=2),
        check.case(r.normal(1, 1, 3, 6), r.normal(1, 1, 4, 3)),  # does not fit
    ],
)

# %% [markdown] hints="01-conv2d"
# 1. Which input rows does output row `i` look at? Write it down for stride 1, then for stride 2,
#    then for `i = 0` with padding.
# 2. Pad first, and make room with `x.new_zeros(N, O, OH, OW)`. Two loops over `i` and `j` are
#    enough: broadcasting takes care of N, O and C.
# 3. `window = x[:, None, :, i*stride : i*stride+KH, j*stride : j*stride+KW]` has the shape
#    (N, 1, C, KH, KW). Times `weight`, summed over the last three axes, it gives (N, O). Add
#    `bias[:, None, None]` after the loops.

# %% [markdown]
# You have a convolution, so let it see. Before there were networks, people chose kernels by hand:
# *identity*, *Gaussian blur*, *sharpen*, *Laplacian* (how far a pixel stands out from its
# neighbours) and *Sobel* (how brightness changes to the right, or downwards). What does the 180°
# turn do to them?

# %%
predict("01-flip-symmetric", "?")

# %%
grey = to_tensor(images.rgb_to_grey(cat))  # (1, 1, 96, 96)
panels = {}
with uses_your("conv2d"):
    for ending, quarter_turns in (("", 0), (", turned", 2)):
        for name, kernel in conv.classic_kernels().items():
            answer = conv2d(grey, kernel.rot90(quarter_turns)[None, None])  # (1, 1, 94, 94)
            if kernel.sum() == 1:  # keeps brightness: look at it as a picture
                answer = answer.clamp(0, 1)
            panels[name.replace("_", " ") + ending] = answer
    plots.show_images(list(panels.values()), titles=list(panels), columns=6)
explain("01-flip-symmetric")

# %%
# Try nine times 0.11. Try −2 −1 0, −1 1 1, 0 1 2. What makes a picture brighter as a whole?
widgets.KernelPlayground(image=cat)

# %% [markdown] exercise="01-conv2d-unfold" difficulty=2 minutes=12
# ## Exercise 3 · The same without loops
#
# Python spends some microseconds on every stop, and a photograph has a hundred thousand stops.
# The way out: lay all windows side by side, and multiply *once*.
# `F.unfold(x, (KH, KW), padding=P, stride=S)` writes every window as a column, (N, C·KH·KW, L)
# with L = OH·OW stops. Then a layer is one product of matrices.
#
# **Write** `conv2d_unfold` with the arguments and results of exercise 2. Only torch's own
# convolution is switched off.
#
# - *By hand:* `[[1, 2, 3], [4, 5, 6]]` and a 2 × 2 kernel: the columns are (1, 2, 4, 5) and
#   (2, 3, 5, 6).
# - *Edge case:* OH ≠ OW. Fold L back as rows and columns in the right order.


# %% solution="01-conv2d-unfold"
def conv2d_unfold(
    x: Tensor, weight: Tensor, bias: Tensor | None = None, stride: int = 1, padding: int = 0
) -> Tensor:
    """`conv2d` as one product of matrices: same arguments, same result, much faster."""
    ### BEGIN SOLUTION
    o, _, kh, kw = weight.shape
    out_h = conv_output_size(x.shape[2], kh, stride, padding)
    out_w = conv_output_size(x.shape[3], kw, stride, padding)
    columns = F.unfold(x, (kh, kw), padding=padding, stride=stride)  # (N, C·KH·KW, L)
    out = torch.einsum("of,nfl->nol", weight.flatten(1), columns)  # (N, O, L)
    out = out.reshape(x.shape[0], o, out_h, out_w)  # (N, O, OH, OW)
    return out if bias is None else out + bias[:, None, None]
    ### END SOLUTION


# %% check="01-conv2d-unfold" points=1
r = check.inputs()
check.function(
    conv2d_unfold,
    like=conv.conv2d_unfold,
    exercise="01-conv2d-unfold",
    forbid=("conv2d",),
    cases=[
        check.case(torch.tensor([[[[1.0, 2, 3], [4, 5, 6]]]]), torch.ones(1, 1, 2, 2)),
        check.case(r.normal(2, 3, 5, 6), r.normal(4, 3, 3, 3), r.normal(4), padding=1),
    ],
)

# %% hidden="01-conv2d-unfold" points=2
r = check.inputs()
check.function(
    conv2d_unfold,
    like=conv.conv2d_unfold,
    exercise="01-conv2d-unfold",
    forbid=("conv2d",),
    cases=[
        check.case(r.integers(1, 9, 1, 1, 4, 6), r.integers(1, 9, 1, 1, 2, 3)),
        check.case(r.normal(2, 3, 5, 8), r.normal(2, 3, 2, 3), r.normal(2), stride=3),
        check.case(r.normal(2, 2, 4, 7), r.normal(3, 2, 3, 3), r.normal(3), 2, 1),
        check.case(r.normal(3, 2, 3, 4), r.normal(2, 2, 1, 1), padding=2),
        check.case(r.normal(1, 1, 3, 6), r.normal(1, 1, 4, 3)),  # does not fit
    ],
)

# %% [markdown] hints="01-conv2d-unfold"
# 1. Print `F.unfold(x, (2, 2))` for the 2 × 3 picture above. Which axis counts stops, and which
#    one the places inside a window?
# 2. `weight.flatten(1)` has the shape (O, C·KH·KW), in the same order as a column. Which product
#    sums over C·KH·KW and keeps N, O and L?
# 3. `weight.flatten(1) @ columns` gives (N, O, L). Get OH and OW from `conv_output_size`, reshape
#    to (N, O, OH, OW), then add `bias[:, None, None]`.


# %%
def stopwatch(convolve: Callable[..., Tensor], device: str, size: int = 64) -> float:
    """Milliseconds of one run on `size` × `size` pixels and 16 kernels, after a warm-up."""
    x = torch.rand(1, 3, size, size, device=device)
    weight = torch.rand(16, 3, 3, 3, device=device)
    for _ in range(2):
        start = time.perf_counter()
        convolve(x, weight).sum().item()  # the number is here only when the work is done
    return 1000 * (time.perf_counter() - start)


times = {}
with uses_your("conv2d", "conv2d_unfold"):
    for device in ["cpu", "cuda"] if torch.cuda.is_available() else ["cpu"]:
        times[f"your loops, {device}"] = stopwatch(conv2d, device)
        times[f"your unfold, {device}"] = stopwatch(conv2d_unfold, device)
        times[f"F.conv2d, {device}"] = stopwatch(F.conv2d, device)
    plots.show_bars(times, unit="ms", title="64 × 64 pixels, 3 → 16 channels", logarithmic=True)

# %% [markdown] exercise="01-max-pool" difficulty=2 minutes=12
# ## Exercise 4 · Pooling: keep the strongest
#
# Pooling slides a window too, but has no weights, and treats each channel by itself. *Max*
# pooling keeps the largest number, *average* pooling the mean; *global* pooling takes the whole
# map as one window; *adaptive* pooling is told the output size and picks its windows.
#
# **Write** `max_pool2d(x, kernel_size, stride=None, padding=0)`, (N, C, H, W) → (N, C, OH, OW).
# Without a stride, windows lie side by side: S = K.
#
# - *By hand:* `[[1, 5, 2, 0], [3, 4, 8, 7]]` with K = 2 gives `[[5, 8]]`.
# - *Edge case:* padding must never win, not even among negative numbers: `[[−1, −2], [−3, −4]]`
#   with K = 2, P = 1 comes back unchanged. Padding above K/2 raises `ValueError`.


# %% solution="01-max-pool"
def max_pool2d(x: Tensor, kernel_size: int, stride: int | None = None, padding: int = 0) -> Tensor:
    """The largest number in each window, channel by channel.

    Args:
        x: (N, C, H, W).
        stride: cells from window to window; None means `kernel_size`.
        padding: cells around the picture that never win, at most half of `kernel_size`.

    Returns:
        (N, C, OH, OW), with OH and OW from `conv_output_size`.
    """
    ### BEGIN SOLUTION
    stride = kernel_size if stride is None else stride
    if padding > kernel_size / 2:
        raise ValueError(f"padding must be at most kernel_size / 2, got {padding}")
    out_h, out_w = (conv_output_size(n, kernel_size, stride, padding) for n in x.shape[2:])
    x = F.pad(x, (padding,) * 4, value=-math.inf)  # (N, C, H+2P, W+2P)
    windows = x.unfold(2, kernel_size, stride).unfold(3, kernel_size, stride)
    return windows.reshape(*x.shape[:2], out_h, out_w, -1).amax(dim=-1)  # (N, C, OH, OW)
    ### END SOLUTION


# %% check="01-max-pool" points=1
check.function(
    max_pool2d,
    like=conv.max_pool2d,
    exercise="01-max-pool",
    forbid=("max_pool2d",),
    cases=[
        check.case(torch.tensor([[[[1.0, 5, 2, 0], [3, 4, 8, 7]]]]), 2),
        check.case(torch.tensor([[[[-1.0, -2], [-3, -4]]]]), 2, padding=1),
    ],
)

# %% hidden="01-max-pool" points=3
r = check.inputs()
check.function(
    max_pool2d,
    like=conv.max_pool2d,
    exercise="01-max-pool",
    forbid=("max_pool2d",),
    cases=[
        check.case(r.normal(2, 3, 7, 6), 2),  # a row is left over
        check.case(r.normal(1, 2, 7, 8), 3, stride=2),
        check.case(r.uniform(1, 2, 5, 6, low=-9, high=-1), 3, stride=2, padding=1),
        check.case(r.uniform(1, 1, 4, 6, low=-9, high=-1), 2, padding=1),
        check.case(r.normal(1, 1, 6, 6), 3, stride=1, padding=1),
        check.case(r.normal(1, 1, 6, 6), 3, padding=2),
        check.case(r.normal(1, 1, 2, 6), 3),  # does not fit
    ],
)

# %% [markdown] hints="01-max-pool"
# 1. Which number never wins against any other in a maximum? It is not 0.
# 2. Pad with `F.pad(..., value=-math.inf)`. From there it is exercise 2 with another ending:
#    instead of multiplying and summing, take the largest.
# 3. Loop over the stops as in exercise 2, with `out[:, :, i, j] = window.amax(dim=(2, 3))`. Or
#    without a loop: `x.unfold(2, K, S).unfold(3, K, S)` has the shape (N, C, OH, OW, K, K).

# %%
predict("01-average-checkerboard", "?")

# %%
board = to_tensor(images.checkerboard(16, square=1))[:, :1]  # (1, 1, 16, 16)
mean = F.avg_pool2d(board, 2)  # (1, 1, 8, 8)
print("the cat, global average:", grey.mean(dim=(2, 3)))  # (1, 1)
print("the cat, adaptive:", F.adaptive_avg_pool2d(grey, (2, 3)))  # (1, 1, 2, 3)
with uses_your("max_pool2d"):
    strongest = max_pool2d(board, 2)  # (1, 1, 8, 8)
    skipped = board[:, :, ::2, ::2]  # (1, 1, 8, 8)
    titles = ["checkerboard", "average", "maximum (yours)", "every second pixel"]
    plots.show_images([board, mean, strongest, skipped], titles=titles)
explain("01-average-checkerboard")

# %% [markdown] exercise="01-sobel" difficulty=2 minutes=10
# ## Exercise 5 · Where the edges are
#
# Brightness is a landscape, and an edge is a steep place. Sobel x measures the slope to the
# right, $g_x$; its transpose, Sobel y, the slope downwards, $g_y$:
#
# $$
# \begin{pmatrix}-1&0&1\\-2&0&2\\-1&0&1\end{pmatrix}\quad
# \begin{pmatrix}-1&-2&-1\\0&0&0\\1&2&1\end{pmatrix}
# $$
#
# Together they are an arrow. Its length $\sqrt{g_x^2+g_y^2}$ is the *magnitude*; its angle,
# `atan2(gy, gx)`, points uphill.
#
# **Write** `sobel_magnitude(image)`, (N, 1, H, W) → the same shape, with one ring of zeros as
# padding. Torch's `F.conv2d` is allowed.
#
# - *By hand:* where three equal rows read `[0, 0, 1]`, gx = 4 and gy = 0: magnitude 4.
# - *Edge case:* three channels raise `ValueError`.


# %% solution="01-sobel"
def sobel_magnitude(image: Tensor) -> Tensor:
    """Length of the brightness gradient at every pixel, with zeros around the picture.

    Args:
        image: (N, 1, H, W), grey.

    Returns:
        (N, 1, H, W), never negative.
    """
    ### BEGIN SOLUTION
    if image.dim() != 4 or image.shape[1] != 1:
        raise ValueError(f"image must have shape (N, 1, H, W), got {tuple(image.shape)}")
    sobel_x = image.new_tensor([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    weight = torch.stack([sobel_x, sobel_x.T])[:, None]  # (2, 1, 3, 3)
    slopes = F.conv2d(image, weight, padding=1)  # (N, 2, H, W)
    return slopes.square().sum(dim=1, keepdim=True).sqrt()  # (N, 1, H, W)
    ### END SOLUTION


# %% check="01-sobel" points=1
step = torch.tensor([0.0, 0.0, 1.0, 1.0]).expand(1, 1, 4, 4)
r = check.inputs()
check.function(
    sobel_magnitude,
    like=conv.sobel_magnitude,
    exercise="01-sobel",
    cases=[check.case(step), check.case(r.image(5, 6))],
)

# %% hidden="01-sobel" points=2
r = check.inputs()
check.function(
    sobel_magnitude,
    like=conv.sobel_magnitude,
    exercise="01-sobel",
    cases=[
        check.case(r.integers(0, 9, 1, 1, 4, 5)),
        check.case(r.image(6, 9)),
        check.case(r.normal(3, 1, 5, 4)),
        check.case(r.uniform(1, 3, 5, 5)),  # three channels
    ],
)

# %% [markdown] hints="01-sobel"
# 1. Two kernels on one picture: that is a layer with C = 1 and O = 2. What shape has its weight?
# 2. Stack the kernels to (2, 1, 3, 3) and convolve once with `padding=1`. Now channel 0 holds gx,
#    and channel 1 holds gy.
# 3. Square, sum over axis 1 with `keepdim=True`, take the root: (N, 1, H, W). Check
#    `image.shape[1]` before anything else.

# %%
predict("01-sobel-frame", "?")

# %%
flat = torch.full((1, 1, 16, 16), 0.5)  # nothing to see here
coins = to_tensor(images.rgb_to_grey(sample_image("coins", 160)))  # (1, 1, 160, 160)
with uses_your("sobel_magnitude"):
    steep = sobel_magnitude(coins)  # (1, 1, 160, 160)
    uphill = plots.colour_directions(conv.gradient_direction(coins), steep)  # (160, 160, 3)
    panels = [sobel_magnitude(flat), coins, steep, uphill]
    titles = ["even grey: magnitude", "photograph", "its magnitude", "direction, as colour"]
    plots.show_images(panels, titles=titles)
explain("01-sobel-frame")

# %% [markdown] exercise="01-receptive-field" difficulty=2 minutes=12
# ## Exercise 6 · How far does one output see?
#
# Two layers deep, a number depends on a larger patch than either kernel covers. The width of that
# patch is the *receptive field*. The *jump* is how many input cells lie between two neighbouring
# outputs. Both start at 1. A kernel reaches for neighbours that lie D *jumps* apart in the
# picture; its stride lengthens the jump of the next layer.
#
# **Write** `receptive_field(layers) -> tuple[int, int]`: field and jump, for a list of
# `(kernel_size, stride, dilation)` from input to output.
#
# - *By hand:* two layers `(3, 1, 1)` give (5, 1). `(3, 2, 1)`, then `(3, 1, 1)` give (7, 2).
# - *Edge case:* no layers, (1, 1). A number below 1 raises `ValueError`.


# %% solution="01-receptive-field"
def receptive_field(layers: list[tuple[int, int, int]]) -> tuple[int, int]:
    """Width of the input patch behind one output, and the input cells from output to output.

    Args:
        layers: (kernel_size, stride, dilation) of each layer, from input to output.

    Returns:
        field, jump. Without layers: (1, 1).
    """
    ### BEGIN SOLUTION
    field, jump = 1, 1
    for layer in layers:
        if min(layer) < 1:
            raise ValueError(f"layers must hold numbers of at least 1, got {layer}")
        kernel_size, stride, dilation = layer
        field += dilation * (kernel_size - 1) * jump
        jump *= stride  # after the field: this layer's own stride spreads the next layer
    return field, jump
    ### END SOLUTION


# %% check="01-receptive-field" points=1
check.function(
    receptive_field,
    like=conv.receptive_field,
    exercise="01-receptive-field",
    cases=[
        check.case([(3, 1, 1), (3, 1, 1)]),
        check.case([(3, 2, 1), (3, 1, 1)]),
        check.case([]),
    ],
)

# %% hidden="01-receptive-field" points=2
check.function(
    receptive_field,
    like=conv.receptive_field,
    exercise="01-receptive-field",
    points=2,
    cases=[
        check.case([(7, 2, 1), (3, 2, 1)]),  # the stem of a ResNet
        check.case([(3, 1, 1), (3, 1, 2), (3, 1, 4)]),
        check.case([(3, 2, 2), (5, 3, 1), (2, 1, 3)]),
        check.case([(1, 3, 1)]),  # a field of 1, a jump of 3
        check.case([]),
        check.case([(3, 1, 1), (3, 0, 1)]),
    ],
)

# %% [markdown] hints="01-receptive-field"
# 1. With K = 3 a layer reaches for one neighbour on either side. How many cells of the *picture*
#    is that, if neighbours look at places two cells apart?
# 2. Every layer widens the field by its K − 1 gaps; each gap is D steps, and each step is a jump.
#    Only afterwards the stride changes the jump.
# 3. In the loop: `field += dilation * (kernel_size - 1) * jump`, then `jump *= stride`. The order
#    of these two lines matters.

# %%
layers = [(3, 1, 1), (3, 2, 1), (3, 1, 1), (3, 2, 1), (3, 1, 1)]
with uses_your("receptive_field"):
    seen = {f"{n} layers": receptive_field(layers[:n])[0] for n in range(len(layers) + 1)}
    plots.show_bars(seen, unit="px", title="field behind 3 × 3 layers, every second with stride 2")
widgets.ReceptiveFieldViewer(layers=layers)

# %% [markdown] exercise="01-cost" difficulty=2 minutes=8
# ## Exercise 7 · What does a layer cost?
#
# Each of the O outputs owns a K × K slice for every input channel that it sees, and perhaps a
# bias: these are the *parameters*. Every weight is used again at every output position: these are
# the *multiply–accumulates* (MACs). With `groups=G` the channels form G bundles that don't see
# one another, so an output sees C/G inputs; G = C is called *depthwise*.
#
# **Write**
# `conv_cost(in_channels, out_channels, kernel_size, out_height, out_width, groups=1, bias=True)`,
# giving `(parameters, MACs)`. Adding a bias multiplies nothing: it is no MAC.
#
# - *By hand:* 3 → 8 channels, K = 3, 10 × 10: 216 weights + 8 = 224 parameters, 21,600 MACs.
# - *Edge case:* groups that don't divide both channel counts raise `ValueError`.


# %% solution="01-cost"
def conv_cost(
    in_channels: int,
    out_channels: int,
    kernel_size: int,
    out_height: int,
    out_width: int,
    groups: int = 1,
    bias: bool = True,
) -> tuple[int, int]:
    """Parameters, and multiply–accumulates for one picture, of a convolution layer."""
    ### BEGIN SOLUTION
    if groups < 1 or in_channels % groups or out_channels % groups:
        raise ValueError(f"groups must divide both channel counts, got {groups}")
    weights = out_channels * (in_channels // groups) * kernel_size**2
    parameters = weights + (out_channels if bias else 0)
    return parameters, weights * out_height * out_width
    ### END SOLUTION


# %% check="01-cost" points=1
check.function(
    conv_cost,
    like=conv.conv_cost,
    exercise="01-cost",
    cases=[
        check.case(3, 8, 3, 10, 10),
        check.case(8, 8, 3, 4, 5, groups=8, bias=False),
    ],
)

# %% hidden="01-cost" points=2
check.function(
    conv_cost,
    like=conv.conv_cost,
    exercise="01-cost",
    points=2,
    cases=[
        check.case(3, 64, 7, 112, 112, bias=False),
        check.case(16, 24, 3, 6, 5, groups=4),
        check.case(12, 12, 5, 7, 7, groups=12),
        check.case(4, 10, 1, 1, 1),
        check.case(6, 8, 3, 4, 4, groups=4),  # 4 does not divide 6
        check.case(8, 6, 3, 4, 4, groups=4),
    ],
)

# %% [markdown] hints="01-cost"
# 1. What is the shape of the weight of `torch.nn.Conv2d(16, 24, 3, groups=4)`? Ask PyTorch.
# 2. That shape is (O, C/G, K, K). Multiply its numbers and you have the weights. Parameters and
#    MACs both follow from them.
# 3. `weights = out_channels * (in_channels // groups) * kernel_size ** 2`; the parameters add
#    `out_channels` if there is a bias; the MACs are `weights * out_height * out_width`.

# %%
with uses_your("conv_cost"):
    squeeze = conv_cost(256, 64, 1, 1, 1)[1] + conv_cost(64, 256, 5, 1, 1)[1]
    apart = conv_cost(256, 256, 5, 1, 1, groups=256)[1] + conv_cost(256, 256, 1, 1, 1)[1]
    costs = {
        "5 × 5": conv_cost(256, 256, 5, 1, 1)[1],
        "1 × 1 to 64 channels, then 5 × 5": squeeze,
        "depthwise 5 × 5, then 1 × 1": apart,
    }
    plots.show_bars(costs, unit="MACs", title="256 → 256 channels, at one position")

# %% [markdown]
# ## Back up again: transposed convolution
#
# A network that paints or segments has to make its maps *larger*. A transposed convolution turns
# the bookkeeping round: each input pixel stamps the kernel, times its own value, onto the output.
# Stamps lie S cells apart, and where they overlap they add up:
#
# $$\text{out} = (W-1)\,S - 2P + D(K-1) + 1$$
#
# Here padding takes cells *away*. The size comes back, the values don't: it is no inverse. (With
# a stride several sizes shrink to the same one; `output_padding` says which of them to return
# to.)

# %%
predict("01-transposed-checkerboard", "?")

# %%
ones = torch.ones(1, 1, 6, 6)
stamped = {k: F.conv_transpose2d(ones, torch.ones(1, 1, k, k), stride=2) for k in (2, 3, 4)}
titles = [f"K = {k}, S = 2 → {out.shape[-1]} wide" for k, out in stamped.items()]
plots.show_images(list(stamped.values()), titles=titles)
explain("01-transposed-checkerboard")

# %% [markdown] exercise="01-sizes" difficulty=2 minutes=10
# ## Exercise 8 · Sizes in your head
#
# Seven widths, and everybody gets other numbers: they are drawn from the id under which you hand
# in. **Write** it behind `student_id` and run the cell: it shows your questions. Work them out on
# paper; only then let your own function confirm them. Put a number in place of each `None`, and
# delete the line `raise NotImplementedError()`.
#
# - *By hand:* the stem of a ResNet, for a picture of 224. K 7, S 2, P 3 give
#   ⌊(224 + 6 − 7) / 2⌋ + 1 = 112. Its pooling, K 3, S 2, gives 55 without padding and 56 with
#   P 1, which is what ResNet has.
# - *Edge case:* half a stop is no stop. Round down.

# %% solution="01-sizes"
student_id = None  # the id under which you hand in, in quotes
mine = own_numbers("01-sizes", student_id)
same_conv = None
strided_conv = None
dilated_conv = None
stem_conv = None
stem_pool_unpadded = None
stem_pool = None
transposed = None
### BEGIN SOLUTION
student_id = "sample"
mine = own_numbers("01-sizes", student_id)
c, s, d = mine["same_conv"], mine["strided_conv"], mine["dilated_conv"]
side, up = mine["stem_conv"]["size"], mine["transposed"]["size"]
same_conv = c["size"] + 2 * c["padding"] - c["kernel_size"] + 1
strided_conv = (s["size"] + 2 - s["kernel_size"]) // s["stride"] + 1
dilated_conv = d["size"] - d["dilation"] * (d["kernel_size"] - 1)
stem_conv = (side + 6 - 7) // 2 + 1
stem_pool_unpadded = (stem_conv - 3) // 2 + 1
stem_pool = (stem_conv + 2 - 3) // 2 + 1
transposed = (up - 1) * 2 - 2 + 4
### END SOLUTION

# %% check="01-sizes" points=2
mine = check.own_numbers("01-sizes", student_id)
check.values(
    {"same_conv": same_conv, "strided_conv": strided_conv},
    like={
        "same_conv": conv.conv_output_size(**mine["same_conv"]),
        "strided_conv": conv.conv_output_size(**mine["strided_conv"]),
    },
    exercise="01-sizes",
)

# %% hidden="01-sizes" points=3
mine = check.own_numbers("01-sizes", student_id)
names = ("same_conv", "strided_conv", "dilated_conv", "stem_conv")
right = {name: conv.conv_output_size(**mine[name]) for name in names}
for name in ("stem_pool_unpadded", "stem_pool"):
    right[name] = conv.conv_output_size(right["stem_conv"], **mine[name])
right["transposed"] = (mine["transposed"]["size"] - 1) * 2 - 2 * 1 + (4 - 1) + 1
answers = {
    "same_conv": same_conv,
    "strided_conv": strided_conv,
    "dilated_conv": dilated_conv,
    "stem_conv": stem_conv,
    "stem_pool_unpadded": stem_pool_unpadded,
    "stem_pool": stem_pool,
    "transposed": transposed,
}
check.values(answers, like=right, exercise="01-sizes", points=3)

# %% [markdown] hints="01-sizes"
# 1. First find the span of the kernel, then the room that is left, then divide and round down,
#    and only then add 1.
# 2. Padding counts on both sides: P = 3 adds 6. A kernel of 5 with dilation 2 spans 9 cells.
# 3. A stem for 224: 224 + 6 − 7 = 223, half of it is 111.5, rounded down 111, plus 1. Take the
#    same steps with your number, and for the pools start from what you got.

# %% [markdown]
# ## Everything together: the stem of a ResNet, by hand
#
# A trained ResNet begins with 7 × 7 kernels that look like small patches of stripes. Make four of
# them from a cosine under a bell curve, each at another angle, and send a photograph through
# *your* convolution, ReLU (negative numbers become 0), and *your* pooling. Which map lights up
# along horizontal edges, and which along vertical ones?

# %%
rows, columns = torch.meshgrid(torch.arange(-3.0, 4), torch.arange(-3.0, 4), indexing="ij")
bell = torch.exp(-(rows**2 + columns**2) / 8)  # (7, 7)
angles = [0, 45, 90, 135]
waves = [columns * math.cos(math.radians(a)) + rows * math.sin(math.radians(a)) for a in angles]
stripes = torch.stack([torch.cos(1.2 * wave) * bell for wave in waves])[:, None]  # (4, 1, 7, 7)
stripes = stripes - stripes.mean(dim=(2, 3), keepdim=True)  # flat ground gives 0
photo = to_tensor(images.rgb_to_grey(sample_image("coins", 224)))  # (1, 1, 224, 224)
with uses_your("conv2d_unfold", "max_pool2d", "receptive_field", "conv_cost"):
    maps = conv2d_unfold(photo, stripes, stride=2, padding=3).relu()  # (1, 4, 112, 112)
    maps = max_pool2d(maps, 3, stride=2, padding=1)  # (1, 4, 56, 56)
    print("field and jump:", receptive_field([(7, 2, 1), (3, 2, 1)]))
    print("parameters, MACs:", conv_cost(1, 4, 7, 112, 112, bias=False))
    panels = [*stripes[:, 0], *maps[0]]
    titles = [f"kernel, {a}°" for a in angles] + [f"its map, {a}°" for a in angles]
    plots.show_images(panels, titles=titles)

# %% [markdown]
# ## The same layer in two libraries
#
# | | PyTorch | Keras |
# |---|---|---|
# | layer | `nn.Conv2d(3, 32, 3, padding=1)` | `Conv2D(32, 3, padding="same")` |
# | no padding | `padding=0` (default) | `padding="valid"` (default) |
# | dilation, groups | `dilation=2, groups=4` | `dilation_rate=2, groups=4` |
# | input | (N, C, H, W) | (N, H, W, C) |
# | weight | (O, C/G, KH, KW) | (KH, KW, C/G, O) |
# | global pooling | `nn.AdaptiveAvgPool2d(1)` | `GlobalAveragePooling2D()` |
# | going up | `nn.ConvTranspose2d(8, 4, 4, 2, 1)` | `Conv2DTranspose(4, 4, 2, "same")` |
#
# PyTorch knows the word `"same"` too, at stride 1 only: pad with as many zeros as it takes to
# keep the size. How many is that? The next function thinks it knows.

# %% [markdown] exercise="01-bug-hunt" difficulty=3 minutes=12
# ## Exercise 9 · Bug hunt: padding "same"
#
# ```python
# 1  def pad_same(x, kernel_size, dilation=1):
# 2      if kernel_size < 1 or dilation < 1:
# 3          raise ValueError(f"got kernel_size={kernel_size}, dilation={dilation}")
# 4      side = kernel_size // 2
# 5      return F.pad(x, (side, side, side, side))
# ```
#
# It works for K = 3, so nobody looked again. But after `pad_same`, a convolution with stride 1
# should give the size of `x` back for *any* K and D.
#
# **Repair** the function. If an odd number of zeros is needed, the extra one goes to the right
# and to the bottom. **Say where and why**: `bug_line` is the first line that is wrong, `why` a
# letter from the list in the next cell. Delete both lines `raise NotImplementedError()`.
#
# - *By hand:* K = 2 needs one zero on the right, one at the bottom.
# - *Edge case:* K = 1 needs none.


# %% solution="01-bug-hunt"
def pad_same(x: Tensor, kernel_size: int, dilation: int = 1) -> Tensor:
    """Put zeros around (N, C, H, W) so that a convolution with stride 1 keeps H and W."""
    ### BEGIN SOLUTION
    if kernel_size < 1 or dilation < 1:
        raise ValueError(f"got kernel_size={kernel_size}, dilation={dilation}")
    total = dilation * (kernel_size - 1)
    before, after = total // 2, total - total // 2
    return F.pad(x, (before, after, before, after))  # (N, C, H + total, W + total)
    ### END SOLUTION


# A: K // 2 rounds down; it has to round up.
# B: D(K − 1) zeros are needed in total; two times K // 2 is that for odd K and D = 1 only.
# C: F.pad begins with the last axis, so height and width are exchanged.
# D: the border pixels have to be repeated; zeros change the size.
bug_line = None  # a number
why = None  # a letter: "A", "B", "C" or "D"
### BEGIN SOLUTION
bug_line = 4
why = "B"
### END SOLUTION

# %% check="01-bug-hunt" points=2
check.function(
    pad_same,
    like=conv.pad_same,
    exercise="01-bug-hunt",
    cases=[
        check.case(torch.ones(1, 1, 2, 3), 3),
        check.case(torch.ones(1, 1, 2, 3), 2),  # one zero, right and bottom
    ],
)

# %% hidden="01-bug-hunt" points=3
r = check.inputs()
check.function(
    pad_same,
    like=conv.pad_same,
    exercise="01-bug-hunt",
    cases=[
        check.case(r.integers(1, 9, 1, 1, 3, 4), 4),
        check.case(r.integers(1, 9, 2, 3, 4, 3), 3, 2),
        check.case(r.integers(1, 9, 1, 1, 5, 4), 2, dilation=3),
        check.case(r.integers(1, 9, 1, 1, 2, 2), 1, 4),
        check.case(r.integers(1, 9, 1, 1, 2, 2), 5),
        check.case(r.integers(1, 9, 1, 1, 2, 2), 3, 0),
    ],
)
check.values(
    {"bug_line": bug_line, "why": why}, like={"bug_line": 4, "why": "B"}, exercise="01-bug-hunt"
)

# %% [markdown] hints="01-bug-hunt"
# 1. Follow K = 4, D = 1 through the code with a picture 10 wide. How wide is it after the
#    padding, and how wide after the convolution?
# 2. A window that spans s cells loses s − 1 stops. How many zeros does that take in *total*, for
#    any K and D?
# 3. `total = dilation * (kernel_size - 1)`, then `before = total // 2` and
#    `after = total - before`. `F.pad` takes (left, right, top, bottom).

# %%
small, panels = torch.full((1, 1, 5, 5), 0.6), {}
with uses_your("pad_same"):
    for k, d in [(3, 1), (2, 1), (4, 1), (3, 2)]:
        padded = pad_same(small, k, d)  # (1, 1, 5 + D(K−1), 5 + D(K−1))
        panels[f"K = {k}, D = {d}: {padded.shape[-1]} wide"] = padded
    plots.show_images(list(panels.values()), titles=list(panels))

# %% [markdown] open="01-frame" points=4
# ## Open question · The wall around the picture
#
# Your Sobel filter drew a bright frame around an even picture. Explain in your own words, in five
# to ten sentences:
#
# 1. Where does the frame come from, and why does a blur with zero padding show a *dark* one?
# 2. A network stacks ten 3 × 3 layers with stride 1 and padding 1. How far into the map does the
#    wall reach? Could a network make good use of it?
# 3. Name two ways to avoid the wall, and what each of them costs.
#
# ### BEGIN SOLUTION
# **Model answer.** Zero padding puts black pixels around the picture. The filter doesn't know
# that they were invented: the step from 0.5 to 0 is an edge like any other, so the magnitude is
# large. A blur takes the mean of picture and black, so its border gets darker. Each 3 × 3 layer
# carries the influence one pixel further in: after ten layers the outer ten pixels on each side
# depend on the padding; a 20 × 20 map has no pixel left that doesn't. A network can use this:
# zeros tell it where the border is, so it can learn position, which convolution alone cannot
# know. Remedies: no padding ("valid"): every layer shrinks the map by two pixels, and the border
# is looked at less; reflecting or repeating the border: no false edge, but invented content, and
# a little more time; or padding once and cropping the result, which needs more computation.
#
# **Marking guide.** 1 point: zeros are treated as black pixels, so a step arises (edge), and a
# mean with black darkens (blur). 1 point: one pixel per layer, ten in all, with a reason. 1
# point: a sensible use (position, border) or a reasoned no. 1 point: two remedies, each with a
# price; half for one of them.
# ### END SOLUTION

# %% [markdown]
# ## Lab: a real photograph and a stopwatch
#
# On Colab, switch on a GPU (*Runtime → Change runtime type → GPU*, then run the notebook again)
# and set `DOWNLOAD = True` below; put the address of any JPEG there. Without a network the
# photograph that comes with the course does as well.
#
# Then go back to the race of exercise 3. Before you look, bet: are your loops faster or slower on
# a GPU than on the CPU? (Think of how many small jobs they start, one after the other.) And from
# which `size` on does the GPU win with `unfold`?

# %%
DOWNLOAD = False  # ← the switch: True fetches the photograph at ADDRESS
ADDRESS = "https://raw.githubusercontent.com/pytorch/hub/master/images/dog.jpg"

picture = sample_image("motorcycle")  # (H, W, 3) uint8
if DOWNLOAD:
    try:
        with urllib.request.urlopen(ADDRESS, timeout=10) as answer:
            picture = plt.imread(answer, format="jpg")
    except OSError:
        print("No photograph came from there, so we go on with the one that is in the course.")
x = to_tensor(images.rgb_to_grey(picture)).to(check.device())  # (1, 1, H, W)
laplacian = conv.classic_kernels()["laplacian"][None, None].to(x)  # (1, 1, 3, 3)
with uses_your("conv2d_unfold", "sobel_magnitude"):
    panels = [picture, conv2d_unfold(x, laplacian, padding=1), sobel_magnitude(x)]
    print(f"{x.numel():,} pixels, filtered on {x.device}")
    plots.show_images(panels, titles=["photograph", "Laplacian", "Sobel magnitude"])

# %% [markdown]
# ## What to take along
#
# - A kernel multiplies, adds over *all* channels, moves on; nothing is turned.
# - out = ⌊(W + 2P − D(K−1) − 1)/S⌋ + 1, pooling too.
# - Padding is invented: 0 for sums, −∞ for maxima.
# - A layer widens the field by D(K−1) *jumps*; its stride multiplies the jump.
# - Weights: O · C/G · K². MACs: times positions.
#
# In a week: `quiz("01-images")`, `quiz("01-arithmetic")`, `quiz("01-review")`.
#
# **References.** Sobel, Feldman (1968), *A 3×3 isotropic gradient operator*. LeCun, Bottou,
# Bengio, Haffner (1998), *Gradient-based learning applied to document recognition*. Chellapilla,
# Puri, Simard (2006), *High performance convolutional neural networks for document processing*.
# Dumoulin, Visin (2016), *A guide to convolution arithmetic for deep learning*. Odena, Dumoulin,
# Olah (2016), *Deconvolution and checkerboard artifacts*. Araujo, Norris, Sim (2019), *Computing
# receptive fields of convolutional neural networks*.
