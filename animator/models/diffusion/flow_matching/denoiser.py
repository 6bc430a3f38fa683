"""`FlowDenoiser`: a flow-matching network as samplers call it, from noised latent and sigma to denoised."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torch import Tensor

from animator.models.diffusion.denoiser import Inpaint
from animator.models.diffusion.flow_matching.guided import Calls, combined
from animator.models.diffusion.flow_matching.latents import FlowHold
from animator.models.diffusion.flow_matching.network import FlowNetwork
from animator.models.diffusion.flow_matching.schedule import FlowSchedule
from animator.models.diffusion.samplers.sigmas import step_of


@dataclass(frozen=True, eq=False)
class FlowDenoiser:
    """A network with everything that is fixed during one generation.

    Attributes:
        network: The network.
        schedule: Noise levels of a full generation.
        sigmas: Sigmas of the steps that run.
        calls: One entry for all steps, or one per step; the weights of each sum to 1.
        inpaint: Mask and original; None regenerates the whole image.
        hold: Holds parts of the image back at the first steps; None denoises all of it at every step.
        rescale: Share of the guided output whose contrast is that of the prompts' own.
        guides: Are told the fraction of the steps done before each one.
    """

    network: FlowNetwork
    schedule: FlowSchedule
    sigmas: Sequence[float]
    calls: Sequence[Calls]
    inpaint: Inpaint | None = None
    hold: FlowHold | None = None
    rescale: float = 0.0
    guides: Sequence[Callable[[float], None]] = ()

    def __call__(self, x: Tensor, sigma: float) -> Tensor:
        """Returns the denoised latent (1, C, h, w) that the network estimates from x (1, C, h, w)."""
        self.tell_step(sigma)
        timestep, calls = self.schedule.timestep(sigma), self.calls_at(sigma)
        made = [self.network.denoise(x, sigma, timestep, call.arguments) for call in calls]
        return self.finish(x, made, sigma)

    def tell_step(self, sigma: float) -> None:
        """Tells `guides` which step begins with a sigma, or goes on."""
        for guide in self.guides:
            guide(step_of(self.sigmas, sigma) / (len(self.sigmas) - 1))

    def calls_at(self, sigma: float) -> Calls:
        """Returns the network calls at a sigma."""
        return self.calls[min(step_of(self.sigmas, sigma), len(self.calls) - 1)]

    def finish(self, x: Tensor, made: Sequence[Tensor], sigma: float) -> Tensor:
        """Returns the denoised latent (1, C, h, w) of what the calls at a sigma made of x (1, C, h, w)."""
        step = step_of(self.sigmas, sigma)
        denoised = combined(self.calls_at(sigma), made, x, self.rescale)
        if self.inpaint is not None:
            denoised = self.inpaint.original.lerp(denoised, self.inpaint.mask)
        return denoised if self.hold is None else self.hold.apply(denoised, *self.sigmas[step : step + 2])
