"""Known mistakes of session 01, exercise by exercise.

Each is a whole wrong solution as a learner would write it. It is pasted into notebooks as it
stands, so it uses torch, F, math and exercises that come earlier in the session, nothing else.
"""

from __future__ import annotations

import math

import torch.nn.functional as F

from cvlib.conv import conv_output_size
from cvlib.mistakes import mistake, mistaken_values, slip

# 01-output-size ---------------------------------------------------------------------------------


@mistake(
    "01-output-size",
    says="The result of the division is rounded up, so a last window sticks out of the input.",
    asks="What happens to a window that finds only half of its cells left?",
)
def rounds_up(size, kernel_size, stride=1, padding=0, dilation=1):
    if min(size, kernel_size, stride, dilation) < 1 or padding < 0:
        raise ValueError(f"bad arguments: {size}, {kernel_size}, {stride}, {padding}, {dilation}")
    room = size + 2 * padding - dilation * (kernel_size - 1) - 1
    if room < 0:
        raise ValueError(f"the window does not fit: size={size}, kernel_size={kernel_size}")
    return math.ceil(room / stride) + 1


@mistake(
    "01-output-size",
    says="The padding is left out.",
    asks="Over how many cells can the window walk once padding has been added?",
)
def forgets_padding(size, kernel_size, stride=1, padding=0, dilation=1):
    if min(size, kernel_size, stride, dilation) < 1 or padding < 0:
        raise ValueError(f"bad arguments: {size}, {kernel_size}, {stride}, {padding}, {dilation}")
    room = size - dilation * (kernel_size - 1) - 1
    if room < 0:
        raise ValueError(f"the window does not fit: size={size}, kernel_size={kernel_size}")
    return room // stride + 1


@mistake(
    "01-output-size",
    says="The padding is counted once, as if it were added at one end only.",
    asks="A row of cells has two ends. How many cells does padding=1 add to it?",
)
def counts_padding_once(size, kernel_size, stride=1, padding=0, dilation=1):
    if min(size, kernel_size, stride, dilation) < 1 or padding < 0:
        raise ValueError(f"bad arguments: {size}, {kernel_size}, {stride}, {padding}, {dilation}")
    room = size + padding - dilation * (kernel_size - 1) - 1
    if room < 0:
        raise ValueError(f"the window does not fit: size={size}, kernel_size={kernel_size}")
    return room // stride + 1


@mistake(
    "01-output-size",
    says="The stride is left out, so the window stops at every cell.",
    asks="How many of those positions are left when the window skips some?",
)
def ignores_stride(size, kernel_size, stride=1, padding=0, dilation=1):
    if min(size, kernel_size, stride, dilation) < 1 or padding < 0:
        raise ValueError(f"bad arguments: {size}, {kernel_size}, {stride}, {padding}, {dilation}")
    room = size + 2 * padding - dilation * (kernel_size - 1) - 1
    if room < 0:
        raise ValueError(f"the window does not fit: size={size}, kernel_size={kernel_size}")
    return room + 1


@mistake(
    "01-output-size",
    says="The dilation is left out, so the window is taken to be as wide as its kernel.",
    asks="Draw three weights with one free cell between them: how many cells do they span?",
)
def ignores_dilation(size, kernel_size, stride=1, padding=0, dilation=1):
    if min(size, kernel_size, stride, dilation) < 1 or padding < 0:
        raise ValueError(f"bad arguments: {size}, {kernel_size}, {stride}, {padding}, {dilation}")
    room = size + 2 * padding - kernel_size
    if room < 0:
        raise ValueError(f"the window does not fit: size={size}, kernel_size={kernel_size}")
    return room // stride + 1


@mistake(
    "01-output-size",
    says="The dilated window is taken to span dilation × kernel_size cells.",
    asks="Dilation spreads the gaps between weights. How many gaps do three weights have?",
)
def dilates_every_weight(size, kernel_size, stride=1, padding=0, dilation=1):
    if min(size, kernel_size, stride, dilation) < 1 or padding < 0:
        raise ValueError(f"bad arguments: {size}, {kernel_size}, {stride}, {padding}, {dilation}")
    room = size + 2 * padding - dilation * kernel_size
    if room < 0:
        raise ValueError(f"the window does not fit: size={size}, kernel_size={kernel_size}")
    return room // stride + 1


@mistake(
    "01-output-size",
    says="The steps of the window are counted, but not the position where it starts.",
    asks="A window as wide as the input cannot move at all. How many outputs does it give?",
)
def forgets_first_position(size, kernel_size, stride=1, padding=0, dilation=1):
    if min(size, kernel_size, stride, dilation) < 1 or padding < 0:
        raise ValueError(f"bad arguments: {size}, {kernel_size}, {stride}, {padding}, {dilation}")
    room = size + 2 * padding - dilation * (kernel_size - 1) - 1
    if room < 0:
        raise ValueError(f"the window does not fit: size={size}, kernel_size={kernel_size}")
    return room // stride


@mistake(
    "01-output-size",
    says="The 1 for the starting position is added before the division by the stride.",
    asks="Which steps does the stride shorten, and does the starting position count among them?",
)
def adds_one_before_dividing(size, kernel_size, stride=1, padding=0, dilation=1):
    if min(size, kernel_size, stride, dilation) < 1 or padding < 0:
        raise ValueError(f"bad arguments: {size}, {kernel_size}, {stride}, {padding}, {dilation}")
    room = size + 2 * padding - dilation * (kernel_size - 1) - 1
    if room < 0:
        raise ValueError(f"the window does not fit: size={size}, kernel_size={kernel_size}")
    return (room + 1) // stride


@mistake(
    "01-output-size",
    says="The division keeps its fraction, and the result is a float.",
    asks="Can there be half a window? Which division in Python gives whole numbers?",
)
def keeps_the_fraction(size, kernel_size, stride=1, padding=0, dilation=1):
    if min(size, kernel_size, stride, dilation) < 1 or padding < 0:
        raise ValueError(f"bad arguments: {size}, {kernel_size}, {stride}, {padding}, {dilation}")
    room = size + 2 * padding - dilation * (kernel_size - 1) - 1
    if room < 0:
        raise ValueError(f"the window does not fit: size={size}, kernel_size={kernel_size}")
    return room / stride + 1


@mistake(
    "01-output-size",
    says="A window that does not fit gets a number instead of an error.",
    asks="What does your function give for a kernel of 5 on 3 cells, and could a layer do that?",
)
def lets_the_window_stick_out(size, kernel_size, stride=1, padding=0, dilation=1):
    if min(size, kernel_size, stride, dilation) < 1 or padding < 0:
        raise ValueError(f"bad arguments: {size}, {kernel_size}, {stride}, {padding}, {dilation}")
    return (size + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1


@mistake(
    "01-output-size",
    says="Impossible arguments, a stride of 0 or negative padding, get no ValueError.",
    asks="Which values can a stride, a kernel size and a padding have at all?",
)
def trusts_its_arguments(size, kernel_size, stride=1, padding=0, dilation=1):
    room = size + 2 * padding - dilation * (kernel_size - 1) - 1
    if room < 0:
        raise ValueError(f"the window does not fit: size={size}, kernel_size={kernel_size}")
    return room // stride + 1


# 01-conv2d --------------------------------------------------------------------------------------


@mistake(
    "01-conv2d",
    says="The kernel is turned by 180° before it slides.",
    asks="Which of the two operations does a convolution layer in PyTorch compute?",
)
def flips_kernel(x, weight, bias=None, stride=1, padding=0):
    (n, _, h, w), (o, _, kh, kw) = x.shape, weight.shape
    out_h = conv_output_size(h, kh, stride, padding)
    out_w = conv_output_size(w, kw, stride, padding)
    x = F.pad(x, (padding, padding, padding, padding))
    turned = weight.flip(2).flip(3)
    out = x.new_zeros(n, o, out_h, out_w)
    for row in range(out_h):
        for col in range(out_w):
            top, left = row * stride, col * stride
            window = x[:, None, :, top : top + kh, left : left + kw]
            out[:, :, row, col] = (window * turned).sum(dim=(2, 3, 4))
    return out if bias is None else out + bias[:, None, None]


@mistake(
    "01-conv2d",
    says="No padding is added, so the output comes out too small.",
    asks="What has to be placed around the picture before the window starts?",
)
def slides_without_padding(x, weight, bias=None, stride=1, padding=0):
    (n, _, h, w), (o, _, kh, kw) = x.shape, weight.shape
    out_h = conv_output_size(h, kh, stride)
    out_w = conv_output_size(w, kw, stride)
    out = x.new_zeros(n, o, out_h, out_w)
    for row in range(out_h):
        for col in range(out_w):
            top, left = row * stride, col * stride
            window = x[:, None, :, top : top + kh, left : left + kw]
            out[:, :, row, col] = (window * weight).sum(dim=(2, 3, 4))
    return out if bias is None else out + bias[:, None, None]


@mistake(
    "01-conv2d",
    says="Zeros are added at the right and the bottom only.",
    asks="A picture has four sides. Which of them have zeros now?",
)
def pads_right_and_bottom_only(x, weight, bias=None, stride=1, padding=0):
    o, _, kh, kw = weight.shape
    x = F.pad(x, (0, padding, 0, padding))
    out_h = conv_output_size(x.shape[2], kh, stride)
    out_w = conv_output_size(x.shape[3], kw, stride)
    out = x.new_zeros(x.shape[0], o, out_h, out_w)
    for row in range(out_h):
        for col in range(out_w):
            top, left = row * stride, col * stride
            window = x[:, None, :, top : top + kh, left : left + kw]
            out[:, :, row, col] = (window * weight).sum(dim=(2, 3, 4))
    return out if bias is None else out + bias[:, None, None]


@mistake(
    "01-conv2d",
    says="Zeros are added at the top and the left only.",
    asks="A picture has four sides. Which of them have zeros now?",
)
def pads_top_and_left_only(x, weight, bias=None, stride=1, padding=0):
    o, _, kh, kw = weight.shape
    x = F.pad(x, (padding, 0, padding, 0))
    out_h = conv_output_size(x.shape[2], kh, stride)
    out_w = conv_output_size(x.shape[3], kw, stride)
    out = x.new_zeros(x.shape[0], o, out_h, out_w)
    for row in range(out_h):
        for col in range(out_w):
            top, left = row * stride, col * stride
            window = x[:, None, :, top : top + kh, left : left + kw]
            out[:, :, row, col] = (window * weight).sum(dim=(2, 3, 4))
    return out if bias is None else out + bias[:, None, None]


@mistake(
    "01-conv2d",
    says="Only the columns are padded: two numbers for F.pad reach the last dimension alone.",
    asks="F.pad counts from the last dimension. How many numbers do rows and columns need?",
)
def pads_columns_only(x, weight, bias=None, stride=1, padding=0):
    o, _, kh, kw = weight.shape
    x = F.pad(x, (padding, padding))
    out_h = conv_output_size(x.shape[2], kh, stride)
    out_w = conv_output_size(x.shape[3], kw, stride)
    out = x.new_zeros(x.shape[0], o, out_h, out_w)
    for row in range(out_h):
        for col in range(out_w):
            top, left = row * stride, col * stride
            window = x[:, None, :, top : top + kh, left : left + kw]
            out[:, :, row, col] = (window * weight).sum(dim=(2, 3, 4))
    return out if bias is None else out + bias[:, None, None]


@mistake(
    "01-conv2d",
    says="The stride is left out: the window moves by one cell each time.",
    asks="Where does the second window start when the stride is 2?",
)
def slides_by_one(x, weight, bias=None, stride=1, padding=0):
    (n, _, h, w), (o, _, kh, kw) = x.shape, weight.shape
    out_h = conv_output_size(h, kh, 1, padding)
    out_w = conv_output_size(w, kw, 1, padding)
    x = F.pad(x, (padding, padding, padding, padding))
    out = x.new_zeros(n, o, out_h, out_w)
    for row in range(out_h):
        for col in range(out_w):
            window = x[:, None, :, row : row + kh, col : col + kw]
            out[:, :, row, col] = (window * weight).sum(dim=(2, 3, 4))
    return out if bias is None else out + bias[:, None, None]


@mistake(
    "01-conv2d",
    says="The output has the right size, but its windows start at neighbouring cells, whatever "
    "the stride.",
    asks="In which cell of the padded picture does the window of output (0, 1) begin?",
)
def starts_windows_at_the_output_index(x, weight, bias=None, stride=1, padding=0):
    (n, _, h, w), (o, _, kh, kw) = x.shape, weight.shape
    out_h = conv_output_size(h, kh, stride, padding)
    out_w = conv_output_size(w, kw, stride, padding)
    x = F.pad(x, (padding, padding, padding, padding))
    out = x.new_zeros(n, o, out_h, out_w)
    for row in range(out_h):
        for col in range(out_w):
            window = x[:, None, :, row : row + kh, col : col + kw]
            out[:, :, row, col] = (window * weight).sum(dim=(2, 3, 4))
    return out if bias is None else out + bias[:, None, None]


@mistake(
    "01-conv2d",
    says="The stride thins the picture out first, and then the window slides over the rest.",
    asks="Does the stride choose which pixels exist, or where the windows stand?",
)
def thins_the_picture_out(x, weight, bias=None, stride=1, padding=0):
    o, _, kh, kw = weight.shape
    x = F.pad(x, (padding, padding, padding, padding))[:, :, ::stride, ::stride]
    out_h = conv_output_size(x.shape[2], kh)
    out_w = conv_output_size(x.shape[3], kw)
    out = x.new_zeros(x.shape[0], o, out_h, out_w)
    for row in range(out_h):
        for col in range(out_w):
            window = x[:, None, :, row : row + kh, col : col + kw]
            out[:, :, row, col] = (window * weight).sum(dim=(2, 3, 4))
    return out if bias is None else out + bias[:, None, None]


@mistake(
    "01-conv2d",
    says="The bias is left out.",
    asks="Which number is added to every pixel of an output channel at the end?",
)
def forgets_bias(x, weight, bias=None, stride=1, padding=0):
    (n, _, h, w), (o, _, kh, kw) = x.shape, weight.shape
    out_h = conv_output_size(h, kh, stride, padding)
    out_w = conv_output_size(w, kw, stride, padding)
    x = F.pad(x, (padding, padding, padding, padding))
    out = x.new_zeros(n, o, out_h, out_w)
    for row in range(out_h):
        for col in range(out_w):
            top, left = row * stride, col * stride
            window = x[:, None, :, top : top + kh, left : left + kw]
            out[:, :, row, col] = (window * weight).sum(dim=(2, 3, 4))
    return out


@mistake(
    "01-conv2d",
    says="The bias is added along the columns: each position gets one, not each output channel.",
    asks="Against which dimension of (N, O, OH, OW) does a tensor of shape (O,) line up?",
)
def adds_bias_along_the_columns(x, weight, bias=None, stride=1, padding=0):
    (n, _, h, w), (o, _, kh, kw) = x.shape, weight.shape
    out_h = conv_output_size(h, kh, stride, padding)
    out_w = conv_output_size(w, kw, stride, padding)
    x = F.pad(x, (padding, padding, padding, padding))
    out = x.new_zeros(n, o, out_h, out_w)
    for row in range(out_h):
        for col in range(out_w):
            top, left = row * stride, col * stride
            window = x[:, None, :, top : top + kh, left : left + kw]
            out[:, :, row, col] = (window * weight).sum(dim=(2, 3, 4))
    return out if bias is None else out + bias


@mistake(
    "01-conv2d",
    says="The bias is added once for every input channel.",
    asks="How many biases does one output pixel get when the picture has three channels?",
)
def adds_bias_for_every_input_channel(x, weight, bias=None, stride=1, padding=0):
    (n, c, h, w), (o, _, kh, kw) = x.shape, weight.shape
    out_h = conv_output_size(h, kh, stride, padding)
    out_w = conv_output_size(w, kw, stride, padding)
    x = F.pad(x, (padding, padding, padding, padding))
    out = x.new_zeros(n, o, out_h, out_w)
    for channel in range(c):
        for row in range(out_h):
            for col in range(out_w):
                top, left = row * stride, col * stride
                window = x[:, None, channel, top : top + kh, left : left + kw]
                out[:, :, row, col] += (window * weight[:, channel]).sum(dim=(2, 3))
        if bias is not None:
            out = out + bias[:, None, None]
    return out


@mistake(
    "01-conv2d",
    says="The bias is added inside the window, once for every weight of the kernel.",
    asks="How often is the bias added to one output pixel: once, or once per weight?",
)
def adds_bias_for_every_weight(x, weight, bias=None, stride=1, padding=0):
    (n, _, h, w), (o, _, kh, kw) = x.shape, weight.shape
    out_h = conv_output_size(h, kh, stride, padding)
    out_w = conv_output_size(w, kw, stride, padding)
    x = F.pad(x, (padding, padding, padding, padding))
    out = x.new_zeros(n, o, out_h, out_w)
    offset = x.new_zeros(o, 1, 1, 1) if bias is None else bias[:, None, None, None]
    for row in range(out_h):
        for col in range(out_w):
            top, left = row * stride, col * stride
            window = x[:, None, :, top : top + kh, left : left + kw]
            out[:, :, row, col] = (window * weight + offset).sum(dim=(2, 3, 4))
    return out


@mistake(
    "01-conv2d",
    says="The input channels are averaged instead of summed.",
    asks="What does a convolution do with the products of all its channels?",
)
def averages_channels(x, weight, bias=None, stride=1, padding=0):
    (n, _, h, w), (o, _, kh, kw) = x.shape, weight.shape
    out_h = conv_output_size(h, kh, stride, padding)
    out_w = conv_output_size(w, kw, stride, padding)
    x = F.pad(x, (padding, padding, padding, padding))
    out = x.new_zeros(n, o, out_h, out_w)
    for row in range(out_h):
        for col in range(out_w):
            top, left = row * stride, col * stride
            window = x[:, None, :, top : top + kh, left : left + kw]
            out[:, :, row, col] = (window * weight).sum(dim=(3, 4)).mean(dim=2)
    return out if bias is None else out + bias[:, None, None]


@mistake(
    "01-conv2d",
    says="Each output channel looks at a single input channel instead of all of them.",
    asks="weight[o] has shape (C, KH, KW). What are the other C − 1 kernels for?",
)
def pairs_each_filter_with_one_channel(x, weight, bias=None, stride=1, padding=0):
    (n, c, h, w), (o, _, kh, kw) = x.shape, weight.shape
    out_h = conv_output_size(h, kh, stride, padding)
    out_w = conv_output_size(w, kw, stride, padding)
    x = F.pad(x, (padding, padding, padding, padding))
    out = x.new_zeros(n, o, out_h, out_w)
    for channel in range(o):
        source = channel % c
        for row in range(out_h):
            for col in range(out_w):
                top, left = row * stride, col * stride
                window = x[:, source, top : top + kh, left : left + kw]
                out[:, channel, row, col] = (window * weight[channel, source]).sum(dim=(1, 2))
    return out if bias is None else out + bias[:, None, None]


# 01-conv2d-unfold -------------------------------------------------------------------------------


@mistake(
    "01-conv2d-unfold",
    says="The kernel is turned by 180° before the product.",
    asks="Which of the two operations did your version with loops compute?",
)
def turns_the_kernel(x, weight, bias=None, stride=1, padding=0):
    (n, _, h, w), (o, _, kh, kw) = x.shape, weight.shape
    out_h = conv_output_size(h, kh, stride, padding)
    out_w = conv_output_size(w, kw, stride, padding)
    columns = F.unfold(x, (kh, kw), padding=padding, stride=stride)
    out = weight.flip(2, 3).reshape(o, -1) @ columns
    out = out.reshape(n, o, out_h, out_w)
    return out if bias is None else out + bias[:, None, None]


@mistake(
    "01-conv2d-unfold",
    says="The windows are cut out without the padding.",
    asks="Which of its arguments does unfold need besides the kernel size?",
)
def unfolds_without_padding(x, weight, bias=None, stride=1, padding=0):
    (n, _, h, w), (o, _, kh, kw) = x.shape, weight.shape
    out_h = conv_output_size(h, kh, stride)
    out_w = conv_output_size(w, kw, stride)
    columns = F.unfold(x, (kh, kw), stride=stride)
    out = (weight.reshape(o, -1) @ columns).reshape(n, o, out_h, out_w)
    return out if bias is None else out + bias[:, None, None]


@mistake(
    "01-conv2d-unfold",
    says="The windows are cut out without the stride, one at every cell.",
    asks="How many windows should there be, and how many columns did you get?",
)
def unfolds_without_stride(x, weight, bias=None, stride=1, padding=0):
    (n, _, h, w), (o, _, kh, kw) = x.shape, weight.shape
    out_h = conv_output_size(h, kh, 1, padding)
    out_w = conv_output_size(w, kw, 1, padding)
    columns = F.unfold(x, (kh, kw), padding=padding)
    out = (weight.reshape(o, -1) @ columns).reshape(n, o, out_h, out_w)
    return out if bias is None else out + bias[:, None, None]


@mistake(
    "01-conv2d-unfold",
    says="Positions and channels change places by reshape, which keeps the order in memory and "
    "mixes the numbers up.",
    asks="Which operation really exchanges two dimensions, and which only counts differently?",
)
def reshapes_instead_of_transposing(x, weight, bias=None, stride=1, padding=0):
    (n, _, h, w), (o, _, kh, kw) = x.shape, weight.shape
    out_h = conv_output_size(h, kh, stride, padding)
    out_w = conv_output_size(w, kw, stride, padding)
    columns = F.unfold(x, (kh, kw), padding=padding, stride=stride)
    out = columns.transpose(1, 2) @ weight.reshape(o, -1).T
    out = out.reshape(n, o, out_h, out_w)
    return out if bias is None else out + bias[:, None, None]


@mistake(
    "01-conv2d-unfold",
    says="The weights are put in a row with the channel last, while the windows have it first.",
    asks="In which order do the numbers of one window lie in a column: channel first, or last?",
)
def orders_the_weights_differently(x, weight, bias=None, stride=1, padding=0):
    (n, _, h, w), (o, _, kh, kw) = x.shape, weight.shape
    out_h = conv_output_size(h, kh, stride, padding)
    out_w = conv_output_size(w, kw, stride, padding)
    columns = F.unfold(x, (kh, kw), padding=padding, stride=stride)
    out = weight.permute(0, 2, 3, 1).reshape(o, -1) @ columns
    out = out.reshape(n, o, out_h, out_w)
    return out if bias is None else out + bias[:, None, None]


@mistake(
    "01-conv2d-unfold",
    says="The output is read column by column: height and width have changed places.",
    asks="Does unfold list the windows row by row or column by column?",
)
def swaps_height_and_width(x, weight, bias=None, stride=1, padding=0):
    (n, _, h, w), (o, _, kh, kw) = x.shape, weight.shape
    out_h = conv_output_size(h, kh, stride, padding)
    out_w = conv_output_size(w, kw, stride, padding)
    columns = F.unfold(x, (kh, kw), padding=padding, stride=stride)
    out = (weight.reshape(o, -1) @ columns).reshape(n, o, out_w, out_h)
    return out if bias is None else out + bias[:, None, None]


@mistake(
    "01-conv2d-unfold",
    says="The bias is left out.",
    asks="Which number is added to every pixel of an output channel after the product?",
)
def leaves_the_bias_out(x, weight, bias=None, stride=1, padding=0):
    (n, _, h, w), (o, _, kh, kw) = x.shape, weight.shape
    out_h = conv_output_size(h, kh, stride, padding)
    out_w = conv_output_size(w, kw, stride, padding)
    columns = F.unfold(x, (kh, kw), padding=padding, stride=stride)
    return (weight.reshape(o, -1) @ columns).reshape(n, o, out_h, out_w)


@mistake(
    "01-conv2d-unfold",
    says="The products of a window are averaged instead of summed.",
    asks="A product of matrices adds up its terms. Is anything divided in a convolution?",
)
def averages_the_window(x, weight, bias=None, stride=1, padding=0):
    (n, c, h, w), (o, _, kh, kw) = x.shape, weight.shape
    out_h = conv_output_size(h, kh, stride, padding)
    out_w = conv_output_size(w, kw, stride, padding)
    columns = F.unfold(x, (kh, kw), padding=padding, stride=stride)
    out = (weight.reshape(o, -1) @ columns) / (c * kh * kw)
    out = out.reshape(n, o, out_h, out_w)
    return out if bias is None else out + bias[:, None, None]


# 01-max-pool ------------------------------------------------------------------------------------


@mistake(
    "01-max-pool",
    says="The padding is filled with zeros, and a zero wins wherever all pixels are negative.",
    asks="Which number loses against every pixel, however small that is?",
)
def pads_with_zeros(x, kernel_size, stride=None, padding=0):
    stride = kernel_size if stride is None else stride
    n, c, h, w = x.shape
    if padding > kernel_size / 2:
        raise ValueError(f"padding is more than half of kernel_size={kernel_size}: {padding}")
    out_h = conv_output_size(h, kernel_size, stride, padding)
    out_w = conv_output_size(w, kernel_size, stride, padding)
    x = F.pad(x, (padding, padding, padding, padding))
    out = x.new_zeros(n, c, out_h, out_w)
    for row in range(out_h):
        for col in range(out_w):
            top, left = row * stride, col * stride
            window = x[:, :, top : top + kernel_size, left : left + kernel_size]
            out[:, :, row, col] = window.amax(dim=(2, 3))
    return out


@mistake(
    "01-max-pool",
    says="Without a stride the window moves by one cell.",
    asks="Which stride does pooling take when none is given? Read the specification once more.",
)
def moves_by_one_without_a_stride(x, kernel_size, stride=None, padding=0):
    stride = 1 if stride is None else stride
    n, c, h, w = x.shape
    if padding > kernel_size / 2:
        raise ValueError(f"padding is more than half of kernel_size={kernel_size}: {padding}")
    out_h = conv_output_size(h, kernel_size, stride, padding)
    out_w = conv_output_size(w, kernel_size, stride, padding)
    x = F.pad(x, (padding, padding, padding, padding), value=float("-inf"))
    out = x.new_zeros(n, c, out_h, out_w)
    for row in range(out_h):
        for col in range(out_w):
            top, left = row * stride, col * stride
            window = x[:, :, top : top + kernel_size, left : left + kernel_size]
            out[:, :, row, col] = window.amax(dim=(2, 3))
    return out


@mistake(
    "01-max-pool",
    says="The stride that is given has no effect: the window always moves by its own size.",
    asks="When should the kernel size stand in for the stride: always, or only when there is none?",
)
def always_moves_by_the_kernel_size(x, kernel_size, stride=None, padding=0):
    stride = kernel_size
    n, c, h, w = x.shape
    if padding > kernel_size / 2:
        raise ValueError(f"padding is more than half of kernel_size={kernel_size}: {padding}")
    out_h = conv_output_size(h, kernel_size, stride, padding)
    out_w = conv_output_size(w, kernel_size, stride, padding)
    x = F.pad(x, (padding, padding, padding, padding), value=float("-inf"))
    out = x.new_zeros(n, c, out_h, out_w)
    for row in range(out_h):
        for col in range(out_w):
            top, left = row * stride, col * stride
            window = x[:, :, top : top + kernel_size, left : left + kernel_size]
            out[:, :, row, col] = window.amax(dim=(2, 3))
    return out


@mistake(
    "01-max-pool",
    says="The padding is left out.",
    asks="Where does the first window start when the padding is 1?",
)
def pools_without_padding(x, kernel_size, stride=None, padding=0):
    stride = kernel_size if stride is None else stride
    n, c, h, w = x.shape
    if padding > kernel_size / 2:
        raise ValueError(f"padding is more than half of kernel_size={kernel_size}: {padding}")
    out_h = conv_output_size(h, kernel_size, stride)
    out_w = conv_output_size(w, kernel_size, stride)
    out = x.new_zeros(n, c, out_h, out_w)
    for row in range(out_h):
        for col in range(out_w):
            top, left = row * stride, col * stride
            window = x[:, :, top : top + kernel_size, left : left + kernel_size]
            out[:, :, row, col] = window.amax(dim=(2, 3))
    return out


@mistake(
    "01-max-pool",
    says="Each window gives its mean instead of its largest number.",
    asks="What should be kept of a window: the average, or the strongest answer?",
)
def takes_the_mean(x, kernel_size, stride=None, padding=0):
    stride = kernel_size if stride is None else stride
    n, c, h, w = x.shape
    if padding > kernel_size / 2:
        raise ValueError(f"padding is more than half of kernel_size={kernel_size}: {padding}")
    out_h = conv_output_size(h, kernel_size, stride, padding)
    out_w = conv_output_size(w, kernel_size, stride, padding)
    x = F.pad(x, (padding, padding, padding, padding))
    out = x.new_zeros(n, c, out_h, out_w)
    for row in range(out_h):
        for col in range(out_w):
            top, left = row * stride, col * stride
            window = x[:, :, top : top + kernel_size, left : left + kernel_size]
            out[:, :, row, col] = window.mean(dim=(2, 3))
    return out


@mistake(
    "01-max-pool",
    says="The largest number is taken over all channels, which then all look the same.",
    asks="How many channels go into pooling, and do they ever meet there?",
)
def pools_across_channels(x, kernel_size, stride=None, padding=0):
    stride = kernel_size if stride is None else stride
    n, c, h, w = x.shape
    if padding > kernel_size / 2:
        raise ValueError(f"padding is more than half of kernel_size={kernel_size}: {padding}")
    out_h = conv_output_size(h, kernel_size, stride, padding)
    out_w = conv_output_size(w, kernel_size, stride, padding)
    x = F.pad(x, (padding, padding, padding, padding), value=float("-inf"))
    out = x.new_zeros(n, c, out_h, out_w)
    for row in range(out_h):
        for col in range(out_w):
            top, left = row * stride, col * stride
            window = x[:, :, top : top + kernel_size, left : left + kernel_size]
            out[:, :, row, col] = window.amax(dim=(1, 2, 3))[:, None]
    return out


@mistake(
    "01-max-pool",
    says="A last window that sticks out of the picture gives an output too.",
    asks="Is the number of windows rounded up or down?",
)
def keeps_the_last_partial_window(x, kernel_size, stride=None, padding=0):
    stride = kernel_size if stride is None else stride
    n, c, h, w = x.shape
    if padding > kernel_size / 2:
        raise ValueError(f"padding is more than half of kernel_size={kernel_size}: {padding}")
    conv_output_size(h, kernel_size, stride, padding)
    conv_output_size(w, kernel_size, stride, padding)
    out_h = math.ceil((h + 2 * padding - kernel_size) / stride) + 1
    out_w = math.ceil((w + 2 * padding - kernel_size) / stride) + 1
    x = F.pad(x, (padding, padding + stride, padding, padding + stride), value=float("-inf"))
    out = x.new_zeros(n, c, out_h, out_w)
    for row in range(out_h):
        for col in range(out_w):
            top, left = row * stride, col * stride
            window = x[:, :, top : top + kernel_size, left : left + kernel_size]
            out[:, :, row, col] = window.amax(dim=(2, 3))
    return out


@mistake(
    "01-max-pool",
    says="Padding of more than half a window is accepted.",
    asks="With K = 3 and P = 2: how many pixels of the picture does the first window see?",
)
def accepts_any_padding(x, kernel_size, stride=None, padding=0):
    stride = kernel_size if stride is None else stride
    n, c, h, w = x.shape
    out_h = conv_output_size(h, kernel_size, stride, padding)
    out_w = conv_output_size(w, kernel_size, stride, padding)
    x = F.pad(x, (padding, padding, padding, padding), value=float("-inf"))
    out = x.new_zeros(n, c, out_h, out_w)
    for row in range(out_h):
        for col in range(out_w):
            top, left = row * stride, col * stride
            window = x[:, :, top : top + kernel_size, left : left + kernel_size]
            out[:, :, row, col] = window.amax(dim=(2, 3))
    return out


# 01-sobel ---------------------------------------------------------------------------------------


@mistake(
    "01-sobel",
    says="The sizes of both changes are added: |gx| + |gy|.",
    asks="gx and gy are the two sides of a right angle. How long is the third side?",
)
def adds_both_sides(image):
    if image.dim() != 4 or image.shape[1] != 1:
        raise ValueError(f"image must have shape (N, 1, H, W), got {tuple(image.shape)}")
    gx = image.new_tensor([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    horizontal = F.conv2d(image, gx[None, None], padding=1)
    vertical = F.conv2d(image, gx.T[None, None], padding=1)
    return horizontal.abs() + vertical.abs()


@mistake(
    "01-sobel",
    says="The squares are added, but no root is taken.",
    asks="An edge twice as strong: should its magnitude be two or four times as large?",
)
def forgets_the_root(image):
    if image.dim() != 4 or image.shape[1] != 1:
        raise ValueError(f"image must have shape (N, 1, H, W), got {tuple(image.shape)}")
    gx = image.new_tensor([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    horizontal = F.conv2d(image, gx[None, None], padding=1)
    vertical = F.conv2d(image, gx.T[None, None], padding=1)
    return horizontal**2 + vertical**2


@mistake(
    "01-sobel",
    says="Both changes are added before they are squared, and so they can cancel.",
    asks="What comes out where gx = 1 and gy = −1, and what should?",
)
def lets_the_directions_cancel(image):
    if image.dim() != 4 or image.shape[1] != 1:
        raise ValueError(f"image must have shape (N, 1, H, W), got {tuple(image.shape)}")
    gx = image.new_tensor([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    horizontal = F.conv2d(image, gx[None, None], padding=1)
    vertical = F.conv2d(image, gx.T[None, None], padding=1)
    return (horizontal + vertical).abs()


@mistake(
    "01-sobel",
    says="Only the change from left to right is measured, so horizontal edges vanish.",
    asks="What does your function answer to a picture that is dark above and bright below?",
)
def sees_only_vertical_edges(image):
    if image.dim() != 4 or image.shape[1] != 1:
        raise ValueError(f"image must have shape (N, 1, H, W), got {tuple(image.shape)}")
    gx = image.new_tensor([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    return F.conv2d(image, gx[None, None], padding=1).abs()


@mistake(
    "01-sobel",
    says="The same kernel is used for both directions.",
    asks="What has to happen to the kernel for x before it measures the change in y?",
)
def uses_one_kernel_twice(image):
    if image.dim() != 4 or image.shape[1] != 1:
        raise ValueError(f"image must have shape (N, 1, H, W), got {tuple(image.shape)}")
    gx = image.new_tensor([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    horizontal = F.conv2d(image, gx[None, None], padding=1)
    vertical = F.conv2d(image, gx[None, None], padding=1)
    return (horizontal**2 + vertical**2).sqrt()


@mistake(
    "01-sobel",
    says="The kernels hold only −1, 0 and 1: those are Prewitt's, not Sobel's.",
    asks="Which row of Sobel's kernel counts twice?",
)
def takes_prewitts_kernels(image):
    if image.dim() != 4 or image.shape[1] != 1:
        raise ValueError(f"image must have shape (N, 1, H, W), got {tuple(image.shape)}")
    gx = image.new_tensor([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]])
    horizontal = F.conv2d(image, gx[None, None], padding=1)
    vertical = F.conv2d(image, gx.T[None, None], padding=1)
    return (horizontal**2 + vertical**2).sqrt()


@mistake(
    "01-sobel",
    says="There is no padding, and the picture loses one pixel at each side.",
    asks="Which padding keeps the size when the kernel is 3 wide?",
)
def loses_the_frame(image):
    if image.dim() != 4 or image.shape[1] != 1:
        raise ValueError(f"image must have shape (N, 1, H, W), got {tuple(image.shape)}")
    gx = image.new_tensor([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    horizontal = F.conv2d(image, gx[None, None])
    vertical = F.conv2d(image, gx.T[None, None])
    return (horizontal**2 + vertical**2).sqrt()


@mistake(
    "01-sobel",
    says="The pixels at the rim are repeated outwards; the task asks for zeros there.",
    asks="What does the specification put around the picture?",
)
def repeats_the_rim(image):
    if image.dim() != 4 or image.shape[1] != 1:
        raise ValueError(f"image must have shape (N, 1, H, W), got {tuple(image.shape)}")
    gx = image.new_tensor([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    padded = F.pad(image, (1, 1, 1, 1), mode="replicate")
    horizontal = F.conv2d(padded, gx[None, None])
    vertical = F.conv2d(padded, gx.T[None, None])
    return (horizontal**2 + vertical**2).sqrt()


@mistake(
    "01-sobel",
    says="The result is divided by its largest number.",
    asks="Does the specification ask for values from 0 to 1, or for the magnitude itself?",
)
def scales_to_one(image):
    if image.dim() != 4 or image.shape[1] != 1:
        raise ValueError(f"image must have shape (N, 1, H, W), got {tuple(image.shape)}")
    gx = image.new_tensor([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    horizontal = F.conv2d(image, gx[None, None], padding=1)
    vertical = F.conv2d(image, gx.T[None, None], padding=1)
    magnitude = (horizontal**2 + vertical**2).sqrt()
    return magnitude / magnitude.max() if magnitude.numel() else magnitude


@mistake(
    "01-sobel",
    says="A colour picture is handed on unchecked, and PyTorch stops with an error of its own.",
    asks="Which shape does your function promise to take, and what does it say about others?",
)
def leaves_the_check_to_torch(image):
    gx = image.new_tensor([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    horizontal = F.conv2d(image, gx[None, None], padding=1)
    vertical = F.conv2d(image, gx.T[None, None], padding=1)
    return (horizontal**2 + vertical**2).sqrt()


# 01-receptive-field -----------------------------------------------------------------------------


@mistake(
    "01-receptive-field",
    says="Every layer adds its whole kernel size.",
    asks="A layer with a 1×1 kernel sees nothing new. How much should it add?",
)
def adds_the_kernel_size(layers):
    field, jump = 1, 1
    for kernel, stride, dilation in layers:
        if min(kernel, stride, dilation) < 1:
            raise ValueError(f"numbers below 1 in {layers}")
        field += kernel
        jump *= stride
    return field, jump


@mistake(
    "01-receptive-field",
    says="Every layer adds kernel × jump; one cell of the kernel is counted twice.",
    asks="One of the cells in the window was there before. How many are new?",
)
def adds_every_cell_of_the_kernel(layers):
    field, jump = 1, 1
    for kernel, stride, dilation in layers:
        if min(kernel, stride, dilation) < 1:
            raise ValueError(f"numbers below 1 in {layers}")
        field += dilation * kernel * jump
        jump *= stride
    return field, jump


@mistake(
    "01-receptive-field",
    says="The strides of earlier layers are left out of the field.",
    asks="After a stride of 2, how far apart in the picture are two neighbouring cells?",
)
def forgets_earlier_strides(layers):
    field, jump = 1, 1
    for kernel, stride, dilation in layers:
        if min(kernel, stride, dilation) < 1:
            raise ValueError(f"numbers below 1 in {layers}")
        field += dilation * (kernel - 1)
        jump *= stride
    return field, jump


@mistake(
    "01-receptive-field",
    says="The dilation is left out.",
    asks="How many cells does a kernel of 3 with dilation 2 reach across?",
)
def forgets_dilation(layers):
    field, jump = 1, 1
    for kernel, stride, dilation in layers:
        if min(kernel, stride, dilation) < 1:
            raise ValueError(f"numbers below 1 in {layers}")
        field += (kernel - 1) * jump
        jump *= stride
    return field, jump


@mistake(
    "01-receptive-field",
    says="The jump grows before the field does, so a layer's own stride widens its own window.",
    asks="Does a stride change how far its own window reaches, or only the layers after it?",
)
def lets_the_stride_act_too_early(layers):
    field, jump = 1, 1
    for kernel, stride, dilation in layers:
        if min(kernel, stride, dilation) < 1:
            raise ValueError(f"numbers below 1 in {layers}")
        jump *= stride
        field += dilation * (kernel - 1) * jump
    return field, jump


@mistake(
    "01-receptive-field",
    says="The strides are added instead of multiplied.",
    asks="Two layers of stride 2: by what factor does the picture shrink altogether?",
)
def adds_the_strides(layers):
    field, jump = 1, 1
    for kernel, stride, dilation in layers:
        if min(kernel, stride, dilation) < 1:
            raise ValueError(f"numbers below 1 in {layers}")
        field += dilation * (kernel - 1) * jump
        jump += stride - 1
    return field, jump


@mistake(
    "01-receptive-field",
    says="The field starts at 0, so the output itself is not counted.",
    asks="How many cells does an output see when there is no layer at all?",
)
def starts_at_zero(layers):
    field, jump = 0, 1
    for kernel, stride, dilation in layers:
        if min(kernel, stride, dilation) < 1:
            raise ValueError(f"numbers below 1 in {layers}")
        field += dilation * (kernel - 1) * jump
        jump *= stride
    return field, jump


@mistake(
    "01-receptive-field",
    says="The layers are walked from the last to the first with the rule for the other direction.",
    asks="Which layer touches the picture first, and what is the jump there?",
)
def walks_from_the_last_layer(layers):
    field, jump = 1, 1
    for kernel, stride, dilation in reversed(layers):
        if min(kernel, stride, dilation) < 1:
            raise ValueError(f"numbers below 1 in {layers}")
        field += dilation * (kernel - 1) * jump
        jump *= stride
    return field, jump


@mistake(
    "01-receptive-field",
    says="The jump that is returned is the stride of the last layer alone.",
    asks="What do the strides of the layers below do to the distance between two outputs?",
)
def returns_the_last_stride(layers):
    field, jump, last = 1, 1, 1
    for kernel, stride, dilation in layers:
        if min(kernel, stride, dilation) < 1:
            raise ValueError(f"numbers below 1 in {layers}")
        field += dilation * (kernel - 1) * jump
        jump *= stride
        last = stride
    return field, last


@mistake(
    "01-receptive-field",
    says="Layers with a kernel, stride or dilation of 0 get a field instead of an error.",
    asks="Where would the second window stand if the stride were 0?",
)
def accepts_impossible_layers(layers):
    field, jump = 1, 1
    for kernel, stride, dilation in layers:
        field += dilation * (kernel - 1) * jump
        jump *= stride
    return field, jump


# 01-cost ----------------------------------------------------------------------------------------


@mistake(
    "01-cost",
    says="The biases are left out of the parameters.",
    asks="How many learned numbers does an output channel have besides its kernels?",
)
def forgets_the_biases(
    in_channels, out_channels, kernel_size, out_height, out_width, groups=1, bias=True
):
    if groups < 1 or in_channels % groups or out_channels % groups:
        raise ValueError(f"groups must divide {in_channels} and {out_channels}, got {groups}")
    weights = out_channels * (in_channels // groups) * kernel_size**2
    return weights, weights * out_height * out_width


@mistake(
    "01-cost",
    says="The biases are counted even when the layer has none.",
    asks="What does bias=False leave out?",
)
def counts_biases_always(
    in_channels, out_channels, kernel_size, out_height, out_width, groups=1, bias=True
):
    if groups < 1 or in_channels % groups or out_channels % groups:
        raise ValueError(f"groups must divide {in_channels} and {out_channels}, got {groups}")
    weights = out_channels * (in_channels // groups) * kernel_size**2
    return weights + out_channels, weights * out_height * out_width


@mistake(
    "01-cost",
    says="There is one bias for each input channel.",
    asks="To what is the bias added: to what goes in, or to what comes out?",
)
def gives_input_channels_a_bias(
    in_channels, out_channels, kernel_size, out_height, out_width, groups=1, bias=True
):
    if groups < 1 or in_channels % groups or out_channels % groups:
        raise ValueError(f"groups must divide {in_channels} and {out_channels}, got {groups}")
    weights = out_channels * (in_channels // groups) * kernel_size**2
    return weights + (in_channels if bias else 0), weights * out_height * out_width


@mistake(
    "01-cost",
    says="There is a single bias for the whole layer.",
    asks="What is the shape of layer.bias in torch.nn.Conv2d(3, 8, 3)?",
)
def gives_the_layer_one_bias(
    in_channels, out_channels, kernel_size, out_height, out_width, groups=1, bias=True
):
    if groups < 1 or in_channels % groups or out_channels % groups:
        raise ValueError(f"groups must divide {in_channels} and {out_channels}, got {groups}")
    weights = out_channels * (in_channels // groups) * kernel_size**2
    return weights + (1 if bias else 0), weights * out_height * out_width


@mistake(
    "01-cost",
    says="Adding the bias is counted as a multiply–accumulate.",
    asks="What is multiplied when a bias is added?",
)
def counts_biases_as_macs(
    in_channels, out_channels, kernel_size, out_height, out_width, groups=1, bias=True
):
    if groups < 1 or in_channels % groups or out_channels % groups:
        raise ValueError(f"groups must divide {in_channels} and {out_channels}, got {groups}")
    weights = out_channels * (in_channels // groups) * kernel_size**2
    parameters = weights + (out_channels if bias else 0)
    return parameters, parameters * out_height * out_width


@mistake(
    "01-cost",
    says="The groups are left out.",
    asks="With two groups, how many input channels does one kernel see?",
)
def ignores_groups(
    in_channels, out_channels, kernel_size, out_height, out_width, groups=1, bias=True
):
    if groups < 1 or in_channels % groups or out_channels % groups:
        raise ValueError(f"groups must divide {in_channels} and {out_channels}, got {groups}")
    weights = out_channels * in_channels * kernel_size**2
    return weights + (out_channels if bias else 0), weights * out_height * out_width


@mistake(
    "01-cost",
    says="Both channel counts are divided by the groups, so only one group is counted.",
    asks="You found the weights of one group. How many groups are there?",
)
def counts_one_group_only(
    in_channels, out_channels, kernel_size, out_height, out_width, groups=1, bias=True
):
    if groups < 1 or in_channels % groups or out_channels % groups:
        raise ValueError(f"groups must divide {in_channels} and {out_channels}, got {groups}")
    weights = (out_channels // groups) * (in_channels // groups) * kernel_size**2
    return weights + (out_channels if bias else 0), weights * out_height * out_width


@mistake(
    "01-cost",
    says="The kernel is counted as a row of K weights instead of a square.",
    asks="How many weights does a 3×3 kernel have?",
)
def forgets_to_square_the_kernel(
    in_channels, out_channels, kernel_size, out_height, out_width, groups=1, bias=True
):
    if groups < 1 or in_channels % groups or out_channels % groups:
        raise ValueError(f"groups must divide {in_channels} and {out_channels}, got {groups}")
    weights = out_channels * (in_channels // groups) * kernel_size
    return weights + (out_channels if bias else 0), weights * out_height * out_width


@mistake(
    "01-cost",
    says="A multiply–accumulate is counted as two operations; that gives FLOPs.",
    asks="One product and its addition: how many multiply–accumulates are they together?",
)
def counts_flops(
    in_channels, out_channels, kernel_size, out_height, out_width, groups=1, bias=True
):
    if groups < 1 or in_channels % groups or out_channels % groups:
        raise ValueError(f"groups must divide {in_channels} and {out_channels}, got {groups}")
    weights = out_channels * (in_channels // groups) * kernel_size**2
    return weights + (out_channels if bias else 0), 2 * weights * out_height * out_width


@mistake(
    "01-cost",
    says="The work is counted for a single output position.",
    asks="At how many positions does each weight do its work?",
)
def counts_one_position_only(
    in_channels, out_channels, kernel_size, out_height, out_width, groups=1, bias=True
):
    if groups < 1 or in_channels % groups or out_channels % groups:
        raise ValueError(f"groups must divide {in_channels} and {out_channels}, got {groups}")
    weights = out_channels * (in_channels // groups) * kernel_size**2
    return weights + (out_channels if bias else 0), weights


@mistake(
    "01-cost",
    says="Groups that do not divide the channels get a number instead of an error.",
    asks="How would you deal 10 channels out to 4 groups of the same size?",
)
def accepts_uneven_groups(
    in_channels, out_channels, kernel_size, out_height, out_width, groups=1, bias=True
):
    weights = out_channels * (in_channels // groups) * kernel_size**2
    return weights + (out_channels if bias else 0), weights * out_height * out_width


# 01-sizes ---------------------------------------------------------------------------------------
# Right: same_conv (32, K 3, P 1) 32; strided_conv (32, K 3, P 1, S 2) 16; dilated_conv (28, K 5,
# D 2) 20; stem_conv (224, K 7, S 2, P 3) 112; stem_pool_unpadded (K 3, S 2) 55; stem_pool (P 1) 56;
# transposed (14, K 4, S 2, P 1) 28.


def own_sizes(mine, rule):
    """The widths that somebody finds who uses a wrong `rule`; the stem's pools build on it."""
    stem = rule(**mine["stem_conv"])
    return {
        **{name: rule(**mine[name]) for name in ("same_conv", "strided_conv", "dilated_conv")},
        "stem_conv": stem,
        "stem_pool_unpadded": rule(stem, **mine["stem_pool_unpadded"]),
        "stem_pool": rule(stem, **mine["stem_pool"]),
    }


def own_span(mine, span):
    """The dilated convolution with another idea of how far the window reaches."""
    d = mine["dilated_conv"]
    return {"dilated_conv": d["size"] - span(d["kernel_size"], d["dilation"]) + 1}


@slip(
    "01-sizes",
    says="The pools with and without padding have changed places.",
    asks="Does padding make an output larger or smaller?",
)
def exchanges_the_two_poolings(mine):
    quarter = mine["stem_conv"]["size"] // 4
    return {"stem_pool_unpadded": quarter, "stem_pool": quarter - 1}


@slip(
    "01-sizes",
    says="The dilated convolution is taken to keep the size, though it has no padding.",
    asks="Where can a window not stand when nothing lies around the picture?",
)
def keeps_the_size_without_padding(mine):
    return own_span(mine, lambda kernel, dilation: 1)


@slip(
    "01-sizes",
    says="The dilation is left out: the kernel is taken to span no more than its weights.",
    asks="Draw the weights with free cells between them: how many cells do they span?",
)
def leaves_dilation_out(mine):
    return own_span(mine, lambda kernel, dilation: kernel)


@slip(
    "01-sizes",
    says="The dilated window is taken to span dilation × kernel_size cells.",
    asks="Dilation spreads the gaps between weights. How many gaps are there?",
)
def dilates_all_weights(mine):
    return own_span(mine, lambda kernel, dilation: dilation * kernel)


@slip(
    "01-sizes",
    says="The division by the stride is rounded up.",
    asks="What happens to a window that finds only a part of its cells left?",
)
def rounds_sizes_up(mine):
    def rule(size, kernel_size, stride=1, padding=0, dilation=1):
        return math.ceil((size + 2 * padding - dilation * (kernel_size - 1) - 1) / stride) + 1

    return own_sizes(mine, rule)


@slip(
    "01-sizes",
    says="The padding is left out.",
    asks="Over how many cells can the window walk once padding has been added?",
)
def leaves_padding_out(mine):
    def rule(size, kernel_size, stride=1, padding=0, dilation=1):
        return (size - dilation * (kernel_size - 1) - 1) // stride + 1

    return own_sizes(mine, rule)


@slip(
    "01-sizes",
    says="The padding is counted at one end only.",
    asks="A row of cells has two ends. How many cells does padding 3 add to it?",
)
def counts_the_padding_of_one_side(mine):
    def rule(size, kernel_size, stride=1, padding=0, dilation=1):
        return (size + padding - dilation * (kernel_size - 1) - 1) // stride + 1

    return own_sizes(mine, rule)


@slip(
    "01-sizes",
    says="The steps are counted, but not the position where the window starts.",
    asks="A window as wide as the input cannot move at all. How many outputs does it give?",
)
def forgets_the_first_window(mine):
    def rule(size, kernel_size, stride=1, padding=0, dilation=1):
        return (size + 2 * padding - dilation * (kernel_size - 1) - 1) // stride

    return own_sizes(mine, rule)


@slip(
    "01-sizes",
    says="The stride is left out: the window is taken to stop at every cell.",
    asks="How many of those positions are left when the window skips every other?",
)
def leaves_stride_out(mine):
    def rule(size, kernel_size, stride=1, padding=0, dilation=1):
        return size + 2 * padding - dilation * (kernel_size - 1)

    return own_sizes(mine, rule)


@slip(
    "01-sizes",
    says="The transposed convolution got the size that an ordinary one has.",
    asks="Should a transposed convolution make a map larger or smaller?",
)
def shrinks_instead_of_growing(mine):
    return {"transposed": (mine["transposed"]["size"] + 2 - 4) // 2 + 1}


@slip(
    "01-sizes",
    says="In the transposed convolution the padding is not taken away.",
    asks="What does padding do here, where the stamps are the output: add cells, or remove some?",
)
def keeps_the_padding_of_the_transposed(mine):
    return {"transposed": (mine["transposed"]["size"] - 1) * 2 + 4}


@slip(
    "01-sizes",
    says="In the transposed convolution the padding is added instead of taken away.",
    asks="What does padding do here, where the stamps are the output: add cells, or remove some?",
)
def adds_padding_to_the_transposed(mine):
    return {"transposed": (mine["transposed"]["size"] - 1) * 2 + 2 + 4}


# 01-bug-hunt ------------------------------------------------------------------------------------


@mistake(
    "01-bug-hunt",
    says="Half of the kernel size is still added at each side, as in the broken code.",
    asks="How much larger must the picture get for a kernel of 4, and how much do you add?",
)
def keeps_half_the_kernel(x, kernel_size, dilation=1):
    if kernel_size < 1 or dilation < 1:
        raise ValueError(f"bad arguments: kernel_size={kernel_size}, dilation={dilation}")
    pad = kernel_size // 2
    return F.pad(x, (pad, pad, pad, pad))


@mistake(
    "01-bug-hunt",
    says="Even kernels are right now, but the dilation still has no effect.",
    asks="How many cells does a kernel of 3 with dilation 2 reach across?",
)
def pads_for_the_undilated_kernel(x, kernel_size, dilation=1):
    if kernel_size < 1 or dilation < 1:
        raise ValueError(f"bad arguments: kernel_size={kernel_size}, dilation={dilation}")
    total = kernel_size - 1
    left, right = total // 2, total - total // 2
    return F.pad(x, (left, right, left, right))


@mistake(
    "01-bug-hunt",
    says="The dilation is there now, but half of an even kernel is still rounded for both sides.",
    asks="Can an odd number of cells lie on two sides in equal parts?",
)
def dilates_half_the_kernel(x, kernel_size, dilation=1):
    if kernel_size < 1 or dilation < 1:
        raise ValueError(f"bad arguments: kernel_size={kernel_size}, dilation={dilation}")
    pad = dilation * (kernel_size // 2)
    return F.pad(x, (pad, pad, pad, pad))


@mistake(
    "01-bug-hunt",
    says="An odd total loses one row and one column: both sides get the smaller half.",
    asks="Add your left and right padding up. Is the total dilation × (kernel_size − 1)?",
)
def loses_the_odd_one(x, kernel_size, dilation=1):
    if kernel_size < 1 or dilation < 1:
        raise ValueError(f"bad arguments: kernel_size={kernel_size}, dilation={dilation}")
    pad = dilation * (kernel_size - 1) // 2
    return F.pad(x, (pad, pad, pad, pad))


@mistake(
    "01-bug-hunt",
    says="The size is right, but the odd row and column lie at the top and the left.",
    asks='Where does padding="same" in PyTorch put the one that is left over?',
)
def puts_the_odd_one_left(x, kernel_size, dilation=1):
    if kernel_size < 1 or dilation < 1:
        raise ValueError(f"bad arguments: kernel_size={kernel_size}, dilation={dilation}")
    total = dilation * (kernel_size - 1)
    right, left = total // 2, total - total // 2
    return F.pad(x, (left, right, left, right))


@mistake(
    "01-bug-hunt",
    says="The size is right, but all zeros lie at the right and the bottom.",
    asks="Which pixel does the middle of the kernel meet first, and which should it meet?",
)
def pads_one_side_only(x, kernel_size, dilation=1):
    if kernel_size < 1 or dilation < 1:
        raise ValueError(f"bad arguments: kernel_size={kernel_size}, dilation={dilation}")
    total = dilation * (kernel_size - 1)
    return F.pad(x, (0, total, 0, total))


@mistake(
    "01-bug-hunt",
    says="The whole amount is added at each side, twice as much as needed.",
    asks="The picture has to grow by that amount altogether. How much is that for each side?",
)
def pads_both_sides_fully(x, kernel_size, dilation=1):
    if kernel_size < 1 or dilation < 1:
        raise ValueError(f"bad arguments: kernel_size={kernel_size}, dilation={dilation}")
    total = dilation * (kernel_size - 1)
    return F.pad(x, (total, total, total, total))


@mistake(
    "01-bug-hunt",
    says="Only the columns are padded; the rows are as many as before.",
    asks="F.pad counts from the last dimension. How many numbers do rows and columns need?",
)
def pads_the_columns_only(x, kernel_size, dilation=1):
    if kernel_size < 1 or dilation < 1:
        raise ValueError(f"bad arguments: kernel_size={kernel_size}, dilation={dilation}")
    total = dilation * (kernel_size - 1)
    return F.pad(x, (total // 2, total - total // 2))


mistaken_values(
    "01-bug-hunt",
    "blames_the_call",
    says="The line that adds the zeros is named; it does what it is told.",
    asks="Is the number of zeros right when they reach that line?",
    bug_line=5,
)
mistaken_values(
    "01-bug-hunt",
    "blames_the_check",
    says="The check of the arguments is named; it lets all valid ones through.",
    asks="Follow K = 4 through the code line by line: where is a number wrong for the first time?",
    bug_line=2,
)
mistaken_values(
    "01-bug-hunt",
    "thinks_that_rounding_is_the_cause",
    says="Rounding is named as the cause.",
    asks="For K = 3 and D = 2 nothing is rounded wrongly. Is the size kept there?",
    why="A",
)
mistaken_values(
    "01-bug-hunt",
    "suspects_the_order_of_the_axes",
    says="The order in which F.pad counts its axes is named as the cause.",
    asks="All four sides get the same number. Could their order change anything?",
    bug_line=5,
    why="C",
)
mistaken_values(
    "01-bug-hunt",
    "wants_to_repeat_the_border",
    says="The zeros themselves are named as the cause.",
    asks="Does the size of a picture depend on what the added pixels hold?",
    bug_line=5,
    why="D",
)
