"""Right but different solutions to session 01.

Like mistakes they are pasted into notebooks as they stand: torch, F, math and earlier exercises
of the session are there, anything else is imported inside.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

from autograder.variants import variant
from cvlib.conv import conv2d, conv_output_size

# 01-output-size ---------------------------------------------------------------------------------


@variant("01-output-size")
def counts_the_starts(size, kernel_size, stride=1, padding=0, dilation=1):
    if min(size, kernel_size, stride, dilation) < 1 or padding < 0:
        raise ValueError(f"bad arguments: {size}, {kernel_size}, {stride}, {padding}, {dilation}")
    window = dilation * (kernel_size - 1) + 1
    starts = range(0, size + 2 * padding - window + 1, stride)
    if not starts:
        raise ValueError(f"kernel_size={kernel_size} does not fit size={size}")
    return len(starts)


@variant("01-output-size")
def walks_with_a_while_loop(size, kernel_size, stride=1, padding=0, dilation=1):
    for name, value in {"size": size, "kernel": kernel_size, "stride": stride}.items():
        if value < 1:
            raise ValueError(f"{name} is {value}")
    if padding < 0 or dilation < 1:
        raise ValueError(f"padding is {padding}, dilation is {dilation}")
    count, end = 0, dilation * (kernel_size - 1)
    while end < size + 2 * padding:
        count, end = count + 1, end + stride
    if count == 0:
        raise ValueError(f"no window of {kernel_size} fits")
    return count


@variant("01-output-size")
def rounds_the_places_up(size, kernel_size, stride=1, padding=0, dilation=1):
    if size <= 0 or kernel_size <= 0 or stride <= 0 or dilation <= 0 or padding < 0:
        raise ValueError(f"bad arguments: {size}, {kernel_size}, {stride}, {padding}, {dilation}")
    places = size + 2 * padding - dilation * (kernel_size - 1)
    if places < 1:
        raise ValueError(f"kernel_size={kernel_size} is too large")
    return math.ceil(places / stride)


# 01-conv2d --------------------------------------------------------------------------------------


@variant("01-conv2d")
def loops_over_the_kernel(x, weight, bias=None, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    out_h = conv_output_size(x.shape[2], kh, stride, padding)
    out_w = conv_output_size(x.shape[3], kw, stride, padding)
    x = F.pad(x, (padding,) * 4)
    out = 0
    for i in range(kh):
        for j in range(kw):
            seen = x[:, :, i : i + stride * out_h : stride, j : j + stride * out_w : stride]
            seen = seen[:, :, :out_h, :out_w]
            out = out + (seen[:, None] * weight[:, :, i, j][:, :, None, None]).sum(dim=2)
    return out if bias is None else out + bias.reshape(1, -1, 1, 1)


@variant("01-conv2d")
def loops_over_everything(x, weight, bias=None, stride=1, padding=0):
    (n, c, h, w), (o, _, kh, kw) = x.shape, weight.shape
    out_h = conv_output_size(h, kh, stride, padding)
    out_w = conv_output_size(w, kw, stride, padding)
    pixels, weights = x.tolist(), weight.tolist()
    out = torch.zeros(n, o, out_h, out_w, dtype=x.dtype, device=x.device)
    for image in range(n):
        for filter_ in range(o):
            for row in range(out_h):
                for col in range(out_w):
                    total = 0.0 if bias is None else bias[filter_].item()
                    for channel in range(c):
                        for i in range(kh):
                            for j in range(kw):
                                y, z = row * stride + i - padding, col * stride + j - padding
                                if 0 <= y < h and 0 <= z < w:
                                    pixel = pixels[image][channel][y][z]
                                    total += pixel * weights[filter_][channel][i][j]
                    out[image, filter_, row, col] = total
    return out


@variant("01-conv2d")
def slides_everywhere_then_skips(x, weight, bias=None, stride=1, padding=0):
    (n, c, h, w), (kh, kw) = x.shape, weight.shape[2:]
    conv_output_size(h, kh, stride, padding), conv_output_size(w, kw, stride, padding)
    padded = torch.zeros(n, c, h + 2 * padding, w + 2 * padding, dtype=x.dtype, device=x.device)
    padded[:, :, padding : padding + h, padding : padding + w] = x
    rows = []
    for top in range(padded.shape[2] - kh + 1):
        row = []
        for left in range(padded.shape[3] - kw + 1):
            window = padded[:, :, top : top + kh, left : left + kw].unsqueeze(1)
            row.append((window * weight).flatten(2).sum(-1))
        rows.append(torch.stack(row, dim=-1))
    out = torch.stack(rows, dim=2)[:, :, ::stride, ::stride]
    if bias is not None:
        out = out + bias.view(-1, 1, 1)
    return out.contiguous()


# 01-conv2d-unfold -------------------------------------------------------------------------------


@variant("01-conv2d-unfold")
def multiplies_columns(x, weight, bias=None, stride=1, padding=0):
    (n, _, h, w), (o, _, kh, kw) = x.shape, weight.shape
    out_h = conv_output_size(h, kh, stride, padding)
    out_w = conv_output_size(w, kw, stride, padding)
    columns = F.unfold(F.pad(x, (padding,) * 4), (kh, kw), stride=stride)
    out = torch.matmul(weight.flatten(1), columns)
    out = out if bias is None else out + bias[:, None]
    return out.view(n, o, out_h, out_w)


@variant("01-conv2d-unfold")
def sums_windows_by_einsum(x, weight, bias=None, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    conv_output_size(x.shape[2], kh, stride, padding)
    conv_output_size(x.shape[3], kw, stride, padding)
    windows = F.pad(x, (padding,) * 4).unfold(2, kh, stride).unfold(3, kw, stride)
    out = torch.einsum("ncyxij,ocij->noyx", windows, weight)
    return out if bias is None else out + bias[None, :, None, None]


@variant("01-conv2d-unfold")
def strides_through_memory(x, weight, bias=None, stride=1, padding=0):
    o, _, kh, kw = weight.shape
    out_h = conv_output_size(x.shape[2], kh, stride, padding)
    out_w = conv_output_size(x.shape[3], kw, stride, padding)
    x = F.pad(x, (padding,) * 4).contiguous()
    sn, sc, sh, sw = x.stride()
    shape = (x.shape[0], out_h, out_w, x.shape[1], kh, kw)
    windows = x.as_strided(shape, (sn, sh * stride, sw * stride, sc, sh, sw))
    out = torch.tensordot(windows, weight, dims=([3, 4, 5], [1, 2, 3])).permute(0, 3, 1, 2)
    return out if bias is None else out + bias.reshape(o, 1, 1)


@variant("01-conv2d-unfold")
def one_product_for_each_weight(x, weight, bias=None, stride=1, padding=0):
    o, _, kh, kw = weight.shape
    out_h = conv_output_size(x.shape[2], kh, stride, padding)
    out_w = conv_output_size(x.shape[3], kw, stride, padding)
    x = F.pad(x, (padding,) * 4)
    out = x.new_zeros(x.shape[0], o, out_h * out_w)
    for i in range(kh):
        for j in range(kw):
            seen = x[:, :, i:, j:][:, :, ::stride, ::stride][:, :, :out_h, :out_w]
            out = out + weight[:, :, i, j] @ seen.flatten(2)
    out = out.unflatten(2, (out_h, out_w))
    return out if bias is None else out + bias[:, None, None]


# 01-max-pool ------------------------------------------------------------------------------------


@variant("01-max-pool")
def pools_with_loops(x, kernel_size, stride=None, padding=0):
    stride = stride or kernel_size
    if 2 * padding > kernel_size:
        raise ValueError(f"padding={padding} is too much for kernel_size={kernel_size}")
    out_h = conv_output_size(x.shape[2], kernel_size, stride, padding)
    out_w = conv_output_size(x.shape[3], kernel_size, stride, padding)
    out = torch.empty(*x.shape[:2], out_h, out_w, dtype=x.dtype, device=x.device)
    for row in range(out_h):
        for col in range(out_w):
            top, left = row * stride - padding, col * stride - padding
            rows = slice(max(top, 0), top + kernel_size)
            columns = slice(max(left, 0), left + kernel_size)
            out[:, :, row, col] = x[:, :, rows, columns].amax(dim=(2, 3))
    return out


@variant("01-max-pool")
def pools_rows_then_columns(x, kernel_size, stride=None, padding=0):
    step = kernel_size if stride is None else stride
    if padding > kernel_size / 2:
        raise ValueError(f"padding must be at most {kernel_size / 2}, got {padding}")
    conv_output_size(x.shape[2], kernel_size, step, padding)
    conv_output_size(x.shape[3], kernel_size, step, padding)
    x = F.pad(x, (padding,) * 4, value=-math.inf)
    x = x.unfold(2, kernel_size, step).max(dim=-1).values
    return x.unfold(3, kernel_size, step).max(dim=-1).values


@variant("01-max-pool")
def compares_shifted_pictures(x, kernel_size, stride=None, padding=0):
    stride = kernel_size if stride is None else stride
    if padding > kernel_size // 2:
        raise ValueError(f"padding={padding} is more than half of kernel_size={kernel_size}")
    out_h, out_w = (conv_output_size(n, kernel_size, stride, padding) for n in x.shape[2:])
    x = F.pad(x, (padding,) * 4, value=torch.finfo(x.dtype).min)
    best = None
    for i in range(kernel_size):
        for j in range(kernel_size):
            seen = x[:, :, i::stride, j::stride][:, :, :out_h, :out_w]
            best = seen if best is None else torch.maximum(best, seen)
    return best.clone()


@variant("01-max-pool")
def pools_columns_of_unfold(x, kernel_size, stride=None, padding=0):
    stride = kernel_size if stride is None else stride
    if padding > kernel_size / 2:
        raise ValueError(f"padding={padding} is more than half of kernel_size={kernel_size}")
    n, c, h, w = x.shape
    out_h = conv_output_size(h, kernel_size, stride, padding)
    out_w = conv_output_size(w, kernel_size, stride, padding)
    x = F.pad(x, (padding,) * 4, value=-1e30)
    columns = F.unfold(x, kernel_size, stride=stride).view(n, c, kernel_size**2, -1)
    return columns.max(dim=2)[0].view(n, c, out_h, out_w)


# 01-sobel ---------------------------------------------------------------------------------------


@variant("01-sobel")
def smooths_then_differs(image):
    if image.dim() != 4 or image.shape[1] != 1:
        raise ValueError(f"one grey channel expected, got {tuple(image.shape)}")
    p = F.pad(image, (1, 1, 1, 1))
    down = p[:, :, :-2] + 2 * p[:, :, 1:-1] + p[:, :, 2:]
    across = p[..., :-2] + 2 * p[..., 1:-1] + p[..., 2:]
    return torch.hypot(down[..., 2:] - down[..., :-2], across[:, :, 2:] - across[:, :, :-2])


@variant("01-sobel")
def turns_the_kernels(image):
    if image.ndim != 4 or image.size(1) != 1:
        raise ValueError(f"image must be (N, 1, H, W), got {tuple(image.shape)}")
    kernel = torch.tensor([[1, 0, -1], [2, 0, -2], [1, 0, -1]]).to(image)
    both = F.conv2d(image, torch.stack([kernel, kernel.t()]).unsqueeze(1), padding=1)
    return both.norm(dim=1, keepdim=True)


@variant("01-sobel")
def calls_the_own_convolution(image):
    if tuple(image.shape)[1:2] != (1,) or image.dim() != 4:
        raise ValueError(f"image must be (N, 1, H, W), got {tuple(image.shape)}")
    gx = image.new_tensor([[[[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]]])
    right = conv2d(image, gx, padding=1)
    down = conv2d(image, gx.transpose(2, 3), padding=1)
    return (right * right + down * down) ** 0.5


# 01-receptive-field -----------------------------------------------------------------------------


@variant("01-receptive-field")
def asks_the_rest_of_the_stack(layers):
    def field_of(rest):
        if not rest:
            return 1
        kernel, stride, dilation = rest[0]
        return (field_of(rest[1:]) - 1) * stride + dilation * (kernel - 1) + 1

    if any(number < 1 for layer in layers for number in layer):
        raise ValueError(f"all numbers must be at least 1, got {layers}")
    return field_of(list(layers)), math.prod(stride for _, stride, _ in layers)


@variant("01-receptive-field")
def walks_back_from_the_output(layers):
    first = [0, 1]
    last = [0, 1]
    for kernel, stride, dilation in reversed(layers):
        if kernel < 1 or stride < 1 or dilation < 1:
            raise ValueError(f"impossible layer: {(kernel, stride, dilation)}")
        first = [position * stride for position in first]
        last = [position * stride + dilation * (kernel - 1) for position in last]
    return last[0] - first[0] + 1, first[1] - first[0]


@variant("01-receptive-field")
def sums_up_the_gaps(layers):
    for layer in layers:
        if min(layer) <= 0:
            raise ValueError(f"impossible layer: {layer}")
    jumps = [1]
    for _, stride, _ in layers:
        jumps.append(jumps[-1] * stride)
    gaps = [d * (k - 1) * jump for (k, _, d), jump in zip(layers, jumps, strict=False)]
    return 1 + sum(gaps), jumps[-1]


# 01-cost ----------------------------------------------------------------------------------------


@variant("01-cost")
def counts_a_real_layer(
    in_channels, out_channels, kernel_size, out_height, out_width, groups=1, bias=True
):
    layer = torch.nn.Conv2d(
        in_channels, out_channels, kernel_size, groups=groups, bias=bias, device="meta"
    )
    parameters = sum(parameter.numel() for parameter in layer.parameters())
    return parameters, layer.weight.numel() * out_height * out_width


@variant("01-cost")
def adds_up_the_groups(
    in_channels, out_channels, kernel_size, out_height, out_width, groups=1, bias=True
):
    if in_channels % groups != 0 or out_channels % groups != 0:
        raise ValueError(f"{groups} groups do not divide {in_channels} and {out_channels}")
    ins, outs = in_channels // groups, out_channels // groups
    parameters = macs = 0
    for _ in range(groups):
        parameters += outs * (ins * kernel_size * kernel_size + int(bias))
        macs += outs * ins * kernel_size * kernel_size * out_height * out_width
    return parameters, macs


# 01-bug-hunt ------------------------------------------------------------------------------------


@variant("01-bug-hunt")
def writes_into_zeros(x, kernel_size, dilation=1):
    if kernel_size < 1 or dilation < 1:
        raise ValueError(f"kernel_size={kernel_size}, dilation={dilation}")
    total = (kernel_size - 1) * dilation
    h, w = x.shape[-2:]
    out = torch.zeros(*x.shape[:-2], h + total, w + total, dtype=x.dtype, device=x.device)
    start = total // 2
    out[..., start : start + h, start : start + w] = x
    return out


@variant("01-bug-hunt")
def glues_zeros_on(x, kernel_size, dilation=1):
    if kernel_size <= 0 or dilation <= 0:
        raise ValueError(f"kernel_size={kernel_size}, dilation={dilation}")
    span = dilation * (kernel_size - 1) + 1
    before = (span - 1) // 2
    after = span // 2
    for dim in (2, 3):
        left, right = list(x.shape), list(x.shape)
        left[dim], right[dim] = before, after
        x = torch.cat([x.new_zeros(left), x, x.new_zeros(right)], dim=dim)
    return x


@variant("01-bug-hunt")
def uses_a_padding_layer(x, kernel_size, dilation=1):
    if min(kernel_size, dilation) < 1:
        raise ValueError(f"kernel_size={kernel_size}, dilation={dilation}")
    total = dilation * (kernel_size - 1)
    small, large = math.floor(total / 2), math.ceil(total / 2)
    return torch.nn.ZeroPad2d((small, large, small, large))(x)
