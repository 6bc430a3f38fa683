"""`latent_preview`: what a latent looks like, by one linear map of its channels to RGB.

Sources: the factors that are published for the latents of Stable Diffusion 1 (and 2, whose VAE is the same),
SDXL, Stable Diffusion 3 and Flux. Those of the built-in model are a least-squares fit to the latents of 20 of
its images, with a root mean square error of 0.01. Other latents are fitted to what their VAE decodes.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from animator.images.image import Image8, to_uint8
from animator.images.side_stream import to_device
from animator.models.diffusion.autoencoder import Autoencoder


@dataclass(frozen=True)
class RGBFactors:
    """A linear map from a latent's channels to RGB in [-1, 1].

    Attributes:
        channels: Red, green and blue of each channel.
        bias: Red, green and blue of a latent of zeros.
    """

    channels: tuple[tuple[float, float, float], ...]
    bias: tuple[float, float, float] = (0.0, 0.0, 0.0)


_SD1 = RGBFactors(
    (
        (0.3512, 0.2297, 0.3227),
        (0.3250, 0.4974, 0.2350),
        (-0.2829, 0.1762, 0.2721),
        (-0.2120, -0.2616, -0.7177),
    )
)
_SDXL = RGBFactors(
    (
        (0.3651, 0.4232, 0.4341),
        (-0.2533, -0.0042, 0.1068),
        (0.1076, 0.1111, -0.0362),
        (-0.3165, -0.2492, -0.2188),
    ),
    (0.1084, -0.0175, -0.0011),
)
_SD3 = RGBFactors(
    (
        (-0.0922, -0.0175, 0.0749),
        (0.0311, 0.0633, 0.0954),
        (0.1994, 0.0927, 0.0458),
        (0.0856, 0.0339, 0.0902),
        (0.0587, 0.0272, -0.0496),
        (-0.0006, 0.1104, 0.0309),
        (0.0978, 0.0306, 0.0427),
        (-0.0042, 0.1038, 0.1358),
        (-0.0194, 0.0020, 0.0669),
        (-0.0488, 0.0130, -0.0268),
        (0.0922, 0.0988, 0.0951),
        (-0.0278, 0.0524, -0.0542),
        (0.0332, 0.0456, 0.0895),
        (-0.0069, -0.0030, -0.0810),
        (-0.0596, -0.0465, -0.0293),
        (-0.1448, -0.1463, -0.1189),
    ),
    (0.2394, 0.2135, 0.1925),
)
_FLUX = RGBFactors(
    (
        (-0.0346, 0.0244, 0.0681),
        (0.0034, 0.0210, 0.0687),
        (0.0275, -0.0668, -0.0433),
        (-0.0174, 0.0160, 0.0617),
        (0.0859, 0.0721, 0.0329),
        (0.0004, 0.0383, 0.0115),
        (0.0405, 0.0861, 0.0915),
        (-0.0236, -0.0185, -0.0259),
        (-0.0245, 0.0250, 0.1180),
        (0.1008, 0.0755, -0.0421),
        (-0.0515, 0.0201, 0.0011),
        (0.0428, -0.0012, -0.0036),
        (0.0817, 0.0765, 0.0749),
        (-0.1264, -0.0522, -0.1103),
        (-0.0280, -0.0881, -0.0499),
        (-0.1262, -0.0982, -0.0778),
    ),
    (-0.0329, -0.0718, -0.0851),
)
_STARTER = RGBFactors(
    (
        (0.5357, 0.5047, 0.4887),
        (-0.3018, 0.0574, 0.2728),
        (0.1018, -0.2596, 0.1650),
        (0.0029, -0.0009, 0.0047),
    ),
    (-0.0306, -0.0498, -0.0360),
)
_FACTORS: Mapping[str, RGBFactors] = {
    "sd1": _SD1,
    "sd2": _SD1,
    "sdxl": _SDXL,
    "sdxl-refiner": _SDXL,
    "sd3": _SD3,
    "flux": _FLUX,
    "starter": _STARTER,
}


def factors_of(latents: str, autoencoder: Autoencoder) -> RGBFactors:
    """Returns the factors of a model's latents: the published ones, or a fit to what its VAE decodes.

    Args:
        latents: Whose latents they are: a family of `identify.FAMILY_NAMES`, a latent space of
            `flow_families`, or "starter".
        autoencoder: The model's VAE.
    """
    known = _FACTORS.get(latents)
    if known is not None and len(known.channels) == autoencoder.channels:
        return known
    return _fitted(autoencoder)


@torch.no_grad()
def _fitted(autoencoder: Autoencoder) -> RGBFactors:
    """Returns the linear map from latents to RGB that comes closest to a VAE, for latents of noise."""
    device, factor = autoencoder.model.device, autoencoder.factor
    generator = torch.Generator().manual_seed(0)
    latents = torch.randn((_FITTED, autoencoder.channels, _SIDE, _SIDE), generator=generator).to(device)
    size = (_SIDE * factor, _SIDE * factor)
    images = torch.stack([autoencoder.decode(latent[None], size) for latent in latents])
    colors = functional.avg_pool2d(images, factor).movedim(1, -1).reshape(-1, 3) * 2 - 1
    values = latents.movedim(1, -1).reshape(-1, autoencoder.channels)
    ones = torch.ones_like(values[:, :1])
    # On the CPU: the systems are tiny, and not every device solves them.
    solved = torch.linalg.lstsq(torch.cat([values, ones], dim=1).cpu(), colors.cpu()).solution.tolist()
    *channels, bias = ((red, green, blue) for red, green, blue in solved)
    return RGBFactors(tuple(channels), bias)


_FITTED, _SIDE = 12, 8
"""Number and side of the latents that factors are fitted to."""


def latent_preview(latent: Tensor, factors: RGBFactors) -> Image8:
    """Returns a preview of a latent, uint8 RGB (h, w, 3).

    Args:
        latent: Denoised latent (1, C, h, w), as the model takes it.
        factors: Those of the model's latents.
    """
    matrix = to_device(torch.tensor(factors.channels, dtype=torch.float32), latent.device)
    bias = to_device(torch.tensor(factors.bias, dtype=torch.float32), latent.device)
    rgb = torch.einsum("chw,cr->rhw", latent[0].to(torch.float32), matrix) + bias[:, None, None]
    return to_uint8(rgb / 2 + 0.5)
