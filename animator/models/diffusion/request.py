"""`Diffuser`, the protocol of diffusion models, and `GenerationRequest`, its input."""

from dataclasses import dataclass
from typing import Literal, Protocol

from torch import Tensor

from animator.models.diffusion.image_prompt import ImagePrompt
from animator.models.diffusion.latent_start import LatentStart
from animator.models.diffusion.observer import StepObserver
from animator.models.diffusion.tuning import USUAL_GUIDANCE, DeepShrink, FreeU, GuidanceTuning, Refiner
from schedules import PromptFrame

Tiling = bool | Literal["x", "y"]
"""Edges that fit together: all, none, left and right ("x"), or top and bottom ("y")."""
Fill = Literal["fill", "original", "latent noise", "latent nothing"]
"""Initial content of the masked area, A1111's "masked content"."""


@dataclass(frozen=True, eq=False)
class Control:
    """One ControlNet unit of a request.

    Attributes:
        weight: Control weight; 0 switches the unit off.
        start: Starting control step, as a fraction of the steps that run.
        end: Ending control step, as a fraction of the steps that run.
        model: Name of the ControlNet; empty switches the unit off.
        image: The control image (3, H, W), of the request's size; None switches the unit off.
        control_mode: Which is more important: "balanced", "prompt" or "control"; or "guess", to guide without
            a prompt. See `controlnet.residuals`.
        mask: (1, H, W), [0, 1], of the request's size: where a ControlNet guides; None is everywhere.
        task: What the image shows, for a union ControlNet: one of `control_tasks.TASKS`.
        fidelity: Style fidelity, in [0, 1], of a unit that refers to its image without a ControlNet; see
            `reference`. None for a ControlNet.
    """

    weight: float
    start: float = 0.0
    end: float = 1.0
    model: str = ""
    image: Tensor | None = None
    control_mode: Literal["balanced", "prompt", "control", "guess"] = "balanced"
    mask: Tensor | None = None
    fidelity: float | None = None
    task: str = ""

    @property
    def is_reference(self) -> bool:
        """True for a unit that refers to its image and acts."""
        return self.fidelity is not None and self.weight != 0 and self.image is not None


@dataclass(frozen=True, eq=False)
class GenerationRequest:
    """One image to generate.

    Attributes:
        frame: Index of the frame, for messages and derived seeds.
        size: Width and height in pixels.
        image: Init image (3, H, W), RGB in [0, 1]; None generates from the prompt alone.
        prompt: Positive and negative prompt.
        strength: How much of `image` is kept, in [0, 1]; 1 - denoising strength.
        steps: Sampler steps of a full generation, at least 1.
        cfg_scale: Classifier-free guidance scale; 1 and below switch guidance off.
        sampler: Sampler name, such as "Euler a" or "DPM++ 2M Karras".
        seed: Seed of the noise; below 0, derived from the frame.
        subseed: Seed of the variation noise.
        subseed_strength: Interpolation of the noise toward the variation noise, in [0, 1].
        noise_multiplier: Factor of the noise added to `image`; unused without an image.
        clip_skip: 1 uses the text encoder's last layer, 2 the one before it.
        ddim_eta: Fresh noise of DDIM: 0 none, 1 as much as DDPM.
        ancestral_eta: Fresh noise of the ancestral and SDE samplers: 0 none, 1 fully ancestral.
        checkpoint: Name of the checkpoint to use; empty for the film's model.
        tiling: True generates a seamless tile: left and right, top and bottom edges match; "x" or "y" makes
            it seamless along one axis.
        mask: (1, H, W): 1 where the image is regenerated, 0 where it is kept; None regenerates all of it.
        fill: Initial content of the masked area: the image itself, the surrounding colors, or latent noise
            or zeros.
        mask_padding: Inpaint only the masked area at full resolution, with this many pixels around it; image,
            mask and control images may then have another size than the request's, which is the result's. None
            generates the whole image.
        colors: Image (3, h, w) whose hues the result gets, but not its lightness; None for no matching.
        controls: ControlNet units.
        image_prompts: Images to follow, by IP-Adapters.
        latent: A latent to start from; unused where there is an init image.
        seed_resize: Width and height of an image whose noise is placed in the middle of this one's, so that
            the same seed composes alike at another size; None for none.
        guidance: What else is done with the guidance.
        refiner: Another checkpoint for the last steps.
        freeu: Weights of the U-Net's coarse stages; None leaves them alone.
        deep_shrink: Coarse steps on a smaller grid; None for none.
        observer: Watches the steps and may stop the generation; None where nobody does.
        revealed: (1, H, W): 1 where `image` shows nothing to keep, only a fill; 0 elsewhere. None for no such
            area.
        revealed_strength: As `strength`, for the revealed area; on its soft edge one passes into the other.
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
    tiling: Tiling = False
    mask: Tensor | None = None
    fill: Fill = "original"
    mask_padding: int | None = None
    colors: Tensor | None = None
    controls: tuple[Control, ...] = ()
    image_prompts: tuple[ImagePrompt, ...] = ()
    latent: LatentStart | None = None
    seed_resize: tuple[int, int] | None = None
    guidance: GuidanceTuning = USUAL_GUIDANCE
    refiner: Refiner | None = None
    freeu: FreeU | None = None
    deep_shrink: DeepShrink | None = None
    observer: StepObserver | None = None
    revealed: Tensor | None = None
    revealed_strength: float = 0.0

    @property
    def steps_run(self) -> int:
        """Number of steps that run: steps - strength * steps, at least one.

        Rounding errors must not cost a step: 20 - 0.65 * 20 is 7, not 6.
        """
        return max(1, int(self.steps - self.skipped_share * self.steps + 1e-6))

    @property
    def skipped_share(self) -> float:
        """Share of a full generation that is skipped, in [0, 1]; 0 without an image."""
        if self.image is None and self.latent is None:
            return 0.0
        return self.strength if self.revealed is None else min(self.strength, self.revealed_strength)


def input_scale(request: GenerationRequest) -> float:
    """Returns the guidance scale that a guidance-distilled model gets as an input."""
    distilled = request.guidance.distilled
    return request.cfg_scale if distilled is None else distilled


class LatentDiffuser(Protocol):
    """A diffuser whose latents can be had, for a second pass over an enlarged latent."""

    def generate_latent(self, request: GenerationRequest) -> Tensor:
        """Returns the latent (1, C, h, w) of the image that `generate` returns.

        Masks at full resolution and color matching act on images, so not here; nothing is generated again.
        """

    def encode(self, image: Tensor, checkpoint: str = "") -> Tensor:
        """Returns the latent (1, C, h, w) of an image (3, H, W) of any size.

        Args:
            image: RGB in [0, 1].
            checkpoint: Name of the checkpoint whose latent it is; empty for the film's model.
        """

    def decode(self, latent: Tensor, size: tuple[int, int], checkpoint: str = "") -> Tensor:
        """Returns the image (3, H, W), RGB in [0, 1], of a latent.

        Args:
            latent: (1, C, h, w).
            size: Width and height of the image.
            checkpoint: As for `encode`.
        """


class Diffuser(Protocol):
    """A model that generates images.

    Example:
        A diffuser that fades to gray, for `build_pipeline` and `render_run`::

            class Gray:
                def generate(self, request: GenerationRequest) -> Tensor:
                    width, height = request.size
                    gray = torch.full((3, height, width), 0.5)
                    return gray if request.image is None else gray.lerp(request.image, request.strength)
    """

    def generate(self, request: GenerationRequest) -> Tensor:
        """Returns the generated image (3, H, W), RGB in [0, 1], of the request's size."""


def steps_run(diffuser: Diffuser, request: GenerationRequest) -> int:
    """Returns the number of steps that a diffuser runs for a request; it differs between kinds of models."""
    count = getattr(diffuser, "steps_run", None)
    return int(count(request)) if callable(count) else request.steps_run
