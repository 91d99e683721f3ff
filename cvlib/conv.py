"""Session 01: convolution by hand, under one name.

Sizes and costs lie in `cvlib.conv_arithmetic`, convolution in `cvlib.convolution`, pooling in
`cvlib.pooling`, classic kernels and edges in `cvlib.filters`. Nothing of it calls torch's own
convolution or pooling.
"""

from cvlib.conv_arithmetic import (
    conv_cost,
    conv_output_size,
    receptive_field,
    same_padding,
    transposed_output_size,
)
from cvlib.convolution import conv2d, conv2d_unfold, conv_transpose2d, pad_same, true_conv2d
from cvlib.filters import (
    classic_kernels,
    filter_channels,
    gradient_direction,
    sobel_gradients,
    sobel_magnitude,
)
from cvlib.pooling import adaptive_avg_pool2d, avg_pool2d, global_avg_pool, max_pool2d

__all__ = [
    "adaptive_avg_pool2d",
    "avg_pool2d",
    "classic_kernels",
    "conv2d",
    "conv2d_unfold",
    "conv_cost",
    "conv_output_size",
    "conv_transpose2d",
    "filter_channels",
    "global_avg_pool",
    "gradient_direction",
    "max_pool2d",
    "pad_same",
    "receptive_field",
    "same_padding",
    "sobel_gradients",
    "sobel_magnitude",
    "transposed_output_size",
    "true_conv2d",
]
