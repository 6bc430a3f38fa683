"""`FlowDenoiser`: a flow-matching network as samplers call it, from noised latent and sigma to denoised."""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from animator.models.diffusion.denoiser import Inpaint
from animator.models.diffusion.flow_matching.network import Arguments, FlowNetwork
from animator.models.diffusion.flow_matching.schedule import FlowSchedule
from animator.models.diffusion.hold import Hold
from animator.models.diffusion.samplers.sigmas import step_of

Weighted = tuple[tuple[Arguments, float], ...]
"""What a step's network is called with, each with the weight of its result; the weights sum to 1."""


@dataclass(frozen=True, eq=False)
class FlowDenoiser:
    """A network with everything that is fixed during one generation.

    Attributes:
        network: The network.
        schedule: Noise levels of a full generation.
        sigmas: Sigmas of the steps that run.
        calls: One for all steps, or one per step.
        inpaint: Mask and original; None regenerates the whole image.
        hold: Holds parts of the image back at the first steps; None denoises all of it at every step.
    """

    network: FlowNetwork
    schedule: FlowSchedule
    sigmas: Sequence[float]
    calls: Sequence[Weighted]
    inpaint: Inpaint | None = None
    hold: Hold | None = None

    def __call__(self, x: Tensor, sigma: float) -> Tensor:
        """Returns the denoised latent (1, C, h, w) that the network estimates from x (1, C, h, w)."""
        step = step_of(self.sigmas, sigma)
        timestep = self.schedule.timestep(sigma)
        calls = self.calls[min(step, len(self.calls) - 1)]
        (first, weight), *others = calls
        denoised = self.network.denoise(x, sigma, timestep, first)
        if others:
            denoised = denoised * weight
        for arguments, weight in others:
            denoised = denoised + self.network.denoise(x, sigma, timestep, arguments) * weight
        if self.inpaint is not None:
            denoised = self.inpaint.original.lerp(denoised, self.inpaint.mask)
        return denoised if self.hold is None else self.hold.apply(denoised, len(self.sigmas) - 1 - step)
