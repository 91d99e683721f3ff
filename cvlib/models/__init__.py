"""The architectures of the course, one per file, each written from `nn` layers.

| file | model | year | what was new |
|---|---|---|---|
| lenet.py | LeNet-5 | 1998 | convolution and pooling, trained from pixels to digits |
| alexnet.py | AlexNet | 2012 | depth, ReLU, dropout, trained on GPUs |
| vgg.py | VGG-11 … VGG-19 | 2014 | nothing but 3×3 |
| inception.py | Inception module | 2014 | several kernel sizes side by side |
| batchnorm.py | batch normalisation | 2015 | the layer that made depth trainable |
| resnet.py | ResNet-18 … ResNet-152 | 2015 | y = F(x) + x |
| resnet_cifar.py | ResNet-20 … for 32×32, and the plain nets beside them | 2015 | |
| mobilenet.py | MobileNetV1 | 2017 | depthwise separable convolution |
| mbconv.py | squeeze-and-excitation, MBConv | 2018 | gates for channels; wide inside |
| efficientnet.py | EfficientNet-B0 … B7 | 2019 | depth, width and pixels grow together |
| scaling.py | how they grow | 2019 | |
| fcn.py | scores of several strides, enlarged and added | 2015 | pixels instead of pictures |
| unet.py | U-Net | 2015 | whole maps across, from the way down to the way up |
| aspp.py | the pyramid of DeepLab | 2017 | several dilations side by side |
"""

from cvlib.models.alexnet import AlexNet
from cvlib.models.aspp import ASPP
from cvlib.models.batchnorm import BatchNorm2d
from cvlib.models.efficientnet import EfficientNet
from cvlib.models.gradient_highway import plain_vs_residual
from cvlib.models.inception import Inception
from cvlib.models.lenet import LeNet5
from cvlib.models.mbconv import MBConv, SqueezeExcite
from cvlib.models.mobilenet import DepthwiseSeparable, MobileNetV1
from cvlib.models.resnet import (
    BasicBlock,
    Bottleneck,
    ResNet,
    resnet18,
    resnet34,
    resnet50,
    resnet101,
    resnet152,
    shortcut_kind,
)
from cvlib.models.resnet_cifar import CifarResNet
from cvlib.models.scaling import Scale, compound_scale, make_divisible
from cvlib.models.unet import UNet
from cvlib.models.vgg import VGG, vgg_block, vgg_parameters

__all__ = [
    "ASPP",
    "VGG",
    "AlexNet",
    "BasicBlock",
    "BatchNorm2d",
    "Bottleneck",
    "CifarResNet",
    "DepthwiseSeparable",
    "EfficientNet",
    "Inception",
    "LeNet5",
    "MBConv",
    "MobileNetV1",
    "ResNet",
    "Scale",
    "SqueezeExcite",
    "UNet",
    "compound_scale",
    "make_divisible",
    "plain_vs_residual",
    "resnet18",
    "resnet34",
    "resnet50",
    "resnet101",
    "resnet152",
    "shortcut_kind",
    "vgg_block",
    "vgg_parameters",
]
