"""A generator of StyleGAN2's architecture in plain PyTorch: what decides its time, and no part of its training.

What enlarges the image convolves it as its authors do (`conv2d_resample.py` of NVlabs/stylegan2-ada-pytorch):
transposed, by steps of two, so that its work is that of the smaller image; then the result is smoothed.
"""

from __future__ import annotations

from math import log2
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


class _Modulated(nn.Module):
    """A convolution whose kernel is scaled by the style of the image, and normalised again unless it gives colours."""

    def __init__(
        self, inner: int, outer: int, size: int, w_dim: int, *, normalised: bool = True, enlarging: bool = False
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outer, inner, size, size))
        self.style = nn.Linear(w_dim, inner)
        self.normalised, self.enlarging = normalised, enlarging

    def forward(self, image: Tensor, w: Tensor) -> Tensor:
        weight = self.weight * self.style(w).view(1, -1, 1, 1)
        if self.normalised:
            weight = weight * (weight.square().sum(dim=(1, 2, 3), keepdim=True) + 1e-8).rsqrt()
        if self.enlarging:
            return _smoothed(functional.conv_transpose2d(image, weight.transpose(0, 1), stride=2))
        return functional.conv2d(image, weight, padding=weight.shape[-1] // 2)


class _Block(nn.Module):
    """Two convolutions, the first of which enlarges the image, and the colours that they add."""

    def __init__(self, inner: int, outer: int, w_dim: int, *, first: bool) -> None:
        super().__init__()
        self.first = None if first else _Modulated(inner, outer, 3, w_dim, enlarging=True)
        self.second = _Modulated(outer, outer, 3, w_dim)
        self.colours = _Modulated(outer, 3, 1, w_dim, normalised=False)

    def forward(self, image: Tensor, colours: Tensor | None, w: Tensor) -> tuple[Tensor, Tensor]:
        if self.first is not None:
            image = functional.leaky_relu(self.first(image, w), 0.2)
        image = functional.leaky_relu(self.second(image, w), 0.2)
        added = self.colours(image, w)
        return image, added if colours is None else _enlarged(colours) + added


def _smoothed(image: Tensor) -> Tensor:
    """Each channel by the kernel 1 3 3 1 both ways, which leaves a pixel less of each side."""
    line = torch.tensor([1.0, 3.0, 3.0, 1.0], device=image.device, dtype=image.dtype) / 4
    channels = image.shape[1]
    kernel = torch.outer(line, line).expand(channels, 1, 4, 4)
    return functional.conv2d(image, kernel, padding=1, groups=channels)


def _enlarged(image: Tensor) -> Tensor:
    return functional.interpolate(image, scale_factor=2.0, mode="bilinear", align_corners=False)


class StyleGan2(nn.Module):
    """The generator of configuration F up to 1024 px; a smaller image ends at its size."""

    def __init__(self, z_dim: int, w_dim: int, mapping_layers: int, channel_base: int, channel_max: int) -> None:
        super().__init__()
        sizes = [2**power for power in range(2, 11)]
        wide = [min(channel_base // size, channel_max) for size in sizes]
        mapping: list[Any] = []
        for at in range(mapping_layers):
            mapping += [nn.Linear(w_dim if at else z_dim, w_dim), nn.LeakyReLU(0.2)]
        self.mapping = nn.Sequential(*mapping)
        self.start = nn.Parameter(torch.randn(1, wide[0], 4, 4))
        pairs = zip([wide[0], *wide], wide, strict=False)
        self.blocks = nn.ModuleList(
            _Block(inner, outer, w_dim, first=not at) for at, (inner, outer) in enumerate(pairs)
        )

    def forward(self, z: Tensor, side: int) -> Tensor:
        """An image of `side` pixels, a power of two, from noise."""
        w, image = self.mapping(z)[0], self.start
        colours: Tensor | None = None
        for block in list(self.blocks)[: int(log2(side)) - 1]:
            image, colours = block(image, colours, w)
        assert colours is not None  # noqa: S101  (there is a block)
        return colours
