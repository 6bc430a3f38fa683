"""The seam to diffusion models: a request in, an image out."""

from dataclasses import dataclass
from typing import Literal, Protocol

from torch import Tensor

from schedules import PromptFrame

Fill = Literal["fill", "original", "latent noise", "latent nothing"]
"""What a drawing starts from inside a mask; the words are A1111's."""


@dataclass(frozen=True, eq=False)
class Control:
    """What one ControlNet does in one drawing.

    Attributes:
        weight: How much it guides; at 0 not at all.
        start: Share of the steps that run after which it begins.
        end: Share at which it ends.
        model: Name of the ControlNet; empty guides nothing.
        image: The control image (3, H, W), of the request's size; None guides nothing.
        control_mode: Which counts more: "balanced", "prompt" or "control"; see `hints`.
    """

    weight: float
    start: float = 0.0
    end: float = 1.0
    model: str = ""
    image: Tensor | None = None
    control_mode: Literal["balanced", "prompt", "control"] = "balanced"


@dataclass(frozen=True, eq=False)
class GenerationRequest:
    """One image to draw.

    Attributes:
        frame: Index of the frame, for messages.
        size: Width and height in pixels.
        image: The image (3, H, W) to redraw, or None: draw from the prompt alone.
        prompt: Positive and negative prompt.
        strength: How much of `image` is kept, in [0, 1]; at 0 the image counts for nothing.
        steps: Sampler steps of a full drawing, at least 1.
        cfg_scale: Classifier-free guidance; 1 and below switch it off.
        sampler: Name as people use it, such as "Euler a".
        seed: Seed of the noise; below 0, one that belongs to the frame.
        subseed: Seed of a second noise.
        subseed_strength: How far the noise is turned toward the second one, in [0, 1].
        noise_multiplier: Strength of the noise over an image; without an image it does not act.
        clip_skip: 1 reads the text encoder's last layer, 2 the one before it.
        ddim_eta: Fresh noise of DDIM: 0 none, 1 as much as DDPM.
        ancestral_eta: Likewise for the ancestral and stochastic samplers.
        checkpoint: Name of the checkpoint that draws; empty: the film's model.
        tiling: True draws images that tile: left and right, top and bottom fit together.
        mask: Where is drawn anew (1, H, W), 1 there and 0 where `image` stays; None: everywhere.
        fill: What the drawing starts from inside the mask: what is there, the colors around it, or latents
            of noise or zeros.
        mask_padding: Draw the mask's surroundings at full size, with so many pixels around it; None draws
            the whole image.
        colors: An image (3, h, w) whose colors the drawing is given, but not its brightness; None: none.
        controls: What guides the drawing beside the prompt.
    """

    frame: int
    size: tuple[int, int]
    image: Tensor | None
    prompt: PromptFrame
    strength: float
    steps: int
    cfg_scale: float
    sampler: str
    seed: int
    subseed: int = 0
    subseed_strength: float = 0.0
    noise_multiplier: float = 1.0
    clip_skip: int = 1
    ddim_eta: float = 0.0
    ancestral_eta: float = 1.0
    checkpoint: str = ""
    tiling: bool = False
    mask: Tensor | None = None
    fill: Fill = "original"
    mask_padding: int | None = None
    colors: Tensor | None = None
    controls: tuple[Control, ...] = ()

    @property
    def steps_run(self) -> int:
        """Steps that really run: steps - strength * steps, at least one.

        Floating point must not cost a step: 20 - 0.65 * 20 is 7, not 6.
        """
        if self.image is None:
            return self.steps
        return max(1, int(self.steps - self.strength * self.steps + 1e-6))


class Diffuser(Protocol):
    """A model that draws."""

    def generate(self, request: GenerationRequest) -> Tensor:
        """The drawn image (3, H, W), RGB in [0, 1], of the request's size."""
