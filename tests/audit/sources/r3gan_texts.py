"""R3GAN's networks as its authors write them: resamplers with the channels in the batch, biases in activations."""

from __future__ import annotations

from functools import cache

from designer import Design, design

R3GAN = """
import math
import numpy as np
import torch
import torch.nn as nn


class BiasedActivation(nn.Module):
    Gain = math.sqrt(2 / (1 + 0.2 ** 2))

    def __init__(self, InputUnits):
        super().__init__()
        self.Bias = nn.Parameter(torch.empty(InputUnits))
        self.Bias.data.zero_()

    def forward(self, x):
        y = x + self.Bias.view(1, -1, 1, 1)
        return nn.functional.leaky_relu(y, 0.2)


def MSRInitializer(Layer, ActivationGain=1):
    FanIn = Layer.weight.data.size(1) * Layer.weight.data[0][0].numel()
    Layer.weight.data.normal_(0, ActivationGain / math.sqrt(FanIn))
    if Layer.bias is not None:
        Layer.bias.data.zero_()
    return Layer


class Convolution(nn.Module):
    def __init__(self, InputChannels, OutputChannels, KernelSize, Groups=1, ActivationGain=1):
        super().__init__()
        self.Layer = MSRInitializer(nn.Conv2d(InputChannels, OutputChannels, kernel_size=KernelSize, stride=1, padding=(KernelSize - 1) // 2, groups=Groups, bias=False), ActivationGain=ActivationGain)

    def forward(self, x):
        return nn.functional.conv2d(x, self.Layer.weight.to(x.dtype), padding=self.Layer.padding, groups=self.Layer.groups)


def CreateLowpassKernel(Weights, Inplace):
    Kernel = np.array([Weights]) if Inplace else np.convolve(Weights, [1, 1]).reshape(1, -1)
    Kernel = torch.Tensor(Kernel.T @ Kernel)
    return Kernel / torch.sum(Kernel)


class InterpolativeUpsampler(nn.Module):
    def __init__(self, Filter):
        super().__init__()
        self.register_buffer('Kernel', CreateLowpassKernel(Filter, Inplace=False))

    def forward(self, x):
        Kernel = 4 * self.Kernel.view(1, 1, self.Kernel.shape[0], self.Kernel.shape[1]).to(x.dtype)
        y = nn.functional.conv_transpose2d(x.view(x.shape[0] * x.shape[1], 1, x.shape[2], x.shape[3]), Kernel, stride=2, padding=1)
        return y.view(x.shape[0], x.shape[1], y.shape[2], y.shape[3])


class InterpolativeDownsampler(nn.Module):
    def __init__(self, Filter):
        super().__init__()
        self.register_buffer('Kernel', CreateLowpassKernel(Filter, Inplace=False))

    def forward(self, x):
        Kernel = self.Kernel.view(1, 1, self.Kernel.shape[0], self.Kernel.shape[1]).to(x.dtype)
        y = nn.functional.conv2d(x.view(x.shape[0] * x.shape[1], 1, x.shape[2], x.shape[3]), Kernel, stride=2, padding=1)
        return y.view(x.shape[0], x.shape[1], y.shape[2], y.shape[3])


class ResidualBlock(nn.Module):
    def __init__(self, InputChannels, Cardinality, ExpansionFactor, KernelSize, VarianceScalingParameter):
        super().__init__()
        NumberOfLinearLayers = 3
        ExpandedChannels = InputChannels * ExpansionFactor
        ActivationGain = BiasedActivation.Gain * VarianceScalingParameter ** (-1 / (2 * NumberOfLinearLayers - 2))
        self.LinearLayer1 = Convolution(InputChannels, ExpandedChannels, KernelSize=1, ActivationGain=ActivationGain)
        self.LinearLayer2 = Convolution(ExpandedChannels, ExpandedChannels, KernelSize=KernelSize, Groups=Cardinality, ActivationGain=ActivationGain)
        self.LinearLayer3 = Convolution(ExpandedChannels, InputChannels, KernelSize=1, ActivationGain=0)
        self.NonLinearity1 = BiasedActivation(ExpandedChannels)
        self.NonLinearity2 = BiasedActivation(ExpandedChannels)

    def forward(self, x):
        y = self.LinearLayer1(x)
        y = self.LinearLayer2(self.NonLinearity1(y))
        y = self.LinearLayer3(self.NonLinearity2(y))
        return x + y


class UpsampleLayer(nn.Module):
    def __init__(self, InputChannels, OutputChannels, ResamplingFilter):
        super().__init__()
        self.Resampler = InterpolativeUpsampler(ResamplingFilter)
        if InputChannels != OutputChannels:
            self.LinearLayer = Convolution(InputChannels, OutputChannels, KernelSize=1)

    def forward(self, x):
        x = self.LinearLayer(x) if hasattr(self, 'LinearLayer') else x
        return self.Resampler(x)


class DownsampleLayer(nn.Module):
    def __init__(self, InputChannels, OutputChannels, ResamplingFilter):
        super().__init__()
        self.Resampler = InterpolativeDownsampler(ResamplingFilter)
        if InputChannels != OutputChannels:
            self.LinearLayer = Convolution(InputChannels, OutputChannels, KernelSize=1)

    def forward(self, x):
        x = self.Resampler(x)
        return self.LinearLayer(x) if hasattr(self, 'LinearLayer') else x


class GenerativeBasis(nn.Module):
    def __init__(self, InputDimension, OutputChannels):
        super().__init__()
        self.Basis = nn.Parameter(torch.empty(OutputChannels, 4, 4).normal_(0, 1))
        self.LinearLayer = MSRInitializer(nn.Linear(InputDimension, OutputChannels, bias=False))

    def forward(self, x):
        return self.Basis.view(1, -1, 4, 4) * self.LinearLayer(x).view(x.shape[0], -1, 1, 1)


class DiscriminativeBasis(nn.Module):
    def __init__(self, InputChannels, OutputDimension):
        super().__init__()
        self.Basis = MSRInitializer(nn.Conv2d(InputChannels, InputChannels, kernel_size=4, stride=1, padding=0, groups=InputChannels, bias=False))
        self.LinearLayer = MSRInitializer(nn.Linear(InputChannels, OutputDimension, bias=False))

    def forward(self, x):
        return self.LinearLayer(self.Basis(x).view(x.shape[0], -1))


class GeneratorStage(nn.Module):
    def __init__(self, InputChannels, OutputChannels, Cardinality, NumberOfBlocks, ExpansionFactor, KernelSize, VarianceScalingParameter, ResamplingFilter=None):
        super().__init__()
        TransitionLayer = GenerativeBasis(InputChannels, OutputChannels) if ResamplingFilter is None else UpsampleLayer(InputChannels, OutputChannels, ResamplingFilter)
        self.Layers = nn.ModuleList([TransitionLayer] + [ResidualBlock(OutputChannels, Cardinality, ExpansionFactor, KernelSize, VarianceScalingParameter) for _ in range(NumberOfBlocks)])

    def forward(self, x):
        for Layer in self.Layers:
            x = Layer(x)
        return x


class DiscriminatorStage(nn.Module):
    def __init__(self, InputChannels, OutputChannels, Cardinality, NumberOfBlocks, ExpansionFactor, KernelSize, VarianceScalingParameter, ResamplingFilter=None):
        super().__init__()
        TransitionLayer = DiscriminativeBasis(InputChannels, OutputChannels) if ResamplingFilter is None else DownsampleLayer(InputChannels, OutputChannels, ResamplingFilter)
        self.Layers = nn.ModuleList([ResidualBlock(InputChannels, Cardinality, ExpansionFactor, KernelSize, VarianceScalingParameter) for _ in range(NumberOfBlocks)] + [TransitionLayer])

    def forward(self, x):
        for Layer in self.Layers:
            x = Layer(x)
        return x


class Generator(nn.Module):
    def __init__(self, NoiseDimension, WidthPerStage, CardinalityPerStage, BlocksPerStage, ExpansionFactor, KernelSize=3, ResamplingFilter=[1, 2, 1]):
        super().__init__()
        VarianceScalingParameter = sum(BlocksPerStage)
        MainLayers = [GeneratorStage(NoiseDimension, WidthPerStage[0], CardinalityPerStage[0], BlocksPerStage[0], ExpansionFactor, KernelSize, VarianceScalingParameter)]
        MainLayers += [GeneratorStage(WidthPerStage[x], WidthPerStage[x + 1], CardinalityPerStage[x + 1], BlocksPerStage[x + 1], ExpansionFactor, KernelSize, VarianceScalingParameter, ResamplingFilter) for x in range(len(WidthPerStage) - 1)]
        self.MainLayers = nn.ModuleList(MainLayers)
        self.AggregationLayer = Convolution(WidthPerStage[-1], 3, KernelSize=1)

    def forward(self, x):
        for Layer in self.MainLayers:
            x = Layer(x)
        return self.AggregationLayer(x)


class Discriminator(nn.Module):
    def __init__(self, WidthPerStage, CardinalityPerStage, BlocksPerStage, ExpansionFactor, KernelSize=3, ResamplingFilter=[1, 2, 1]):
        super().__init__()
        VarianceScalingParameter = sum(BlocksPerStage)
        MainLayers = [DiscriminatorStage(WidthPerStage[x], WidthPerStage[x + 1], CardinalityPerStage[x], BlocksPerStage[x], ExpansionFactor, KernelSize, VarianceScalingParameter, ResamplingFilter) for x in range(len(WidthPerStage) - 1)]
        MainLayers += [DiscriminatorStage(WidthPerStage[-1], 1, CardinalityPerStage[-1], BlocksPerStage[-1], ExpansionFactor, KernelSize, VarianceScalingParameter)]
        self.ExtractionLayer = Convolution(3, WidthPerStage[0], KernelSize=1)
        self.MainLayers = nn.ModuleList(MainLayers)

    def forward(self, x):
        x = self.ExtractionLayer(x)
        for Layer in self.MainLayers:
            x = Layer(x)
        return x.view(x.shape[0])


WidthPerStage = [16, 16, 8, 8]
CardinalityPerStage = [4, 4, 2, 2]
BlocksPerStage = [2, 1, 1, 1]
NoiseDimension = 12
G = Generator(NoiseDimension, WidthPerStage, CardinalityPerStage, BlocksPerStage, 2)
D = Discriminator([*reversed(WidthPerStage)], [*reversed(CardinalityPerStage)], [*reversed(BlocksPerStage)], 2)
"""

PEOPLE = {"G": [12], "D": [3, 32, 32]}
"""The networks of the text and their inputs."""


@cache
def small_design(*resolution: int, classes: int | None = None) -> Design:
    """A design of these sizes with few channels, not verified."""
    return design(
        resolution,
        architecture="r3gan",
        latent_dim=12,
        channels=3,
        base_channels=8,
        max_channels=16,
        blocks=1,
        group_width=4,
        classes=classes,
        verify="none",
    )
