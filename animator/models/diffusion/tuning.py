"""How a generation departs from the model's usual way: refiner, FreeU, deep shrink, guidance."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Refiner:
    """A second checkpoint that makes the last steps.

    Attributes:
        checkpoint: Its name: one whose latents are those of the first, such as SDXL's refiner for SDXL.
        share: Share of a full generation's steps that the first model makes, in [0, 1]; with an init image
            the steps that its strength skips count as made. 1 leaves all steps to the first.
    """

    checkpoint: str
    share: float = 0.8

    def first_step(self, steps: int, steps_run: int) -> int:
        """Returns the step that it begins with, from 0; `steps_run` where it makes none.

        Args:
            steps: Sampler steps of a full generation.
            steps_run: Steps that run, the last ones.
        """
        return max(0, min(round(self.share * steps) - (steps - steps_run), steps_run))


@dataclass(frozen=True)
class FreeU:
    """Weights of the U-Net's two coarsest decoder stages (Si et al. 2023).

    Attributes:
        b1: Factor of half of the backbone's features in the coarsest stage, above 0.
        b2: The same in the next one.
        s1: Factor of the skip connections' low frequencies in the coarsest stage, above 0.
        s2: The same in the next one.
        start: Fraction of the steps that run after which it begins.
        end: Fraction at which it ends.
    """

    b1: float = 1.3
    b2: float = 1.4
    s1: float = 0.9
    s2: float = 0.2
    start: float = 0.0
    end: float = 1.0


@dataclass(frozen=True)
class DeepShrink:
    """Coarse steps on a smaller grid, for images larger than the model was trained at (kohya's high-res fix).

    Attributes:
        block: Input block of the U-Net behind which the grid is shrunk, counted as the original code does: 0
            is the first convolution, then each layer and each downsampling is one. 3 is the first
            downsampling of Stable Diffusion 1 and XL.
        factor: Sides of the grid are divided by this, at least 1.
        start: Fraction of the steps that run after which it begins.
        end: Fraction at which it ends.
    """

    block: int = 3
    factor: float = 2.0
    start: float = 0.0
    end: float = 0.35


@dataclass(frozen=True)
class GuidanceTuning:
    """What is done with classifier-free guidance besides its scale.

    Attributes:
        rescale: Share, in [0, 1], of the guided output whose contrast is brought back to that of the
            prompt's own (phi of Lin et al. 2023, section 3.4).
        distilled: Guidance scale that a guidance-distilled model, such as Flux dev, gets as an input;
            cfg_scale then guides away from the negative prompt as usual. None passes cfg_scale.
        image: Image guidance scale of InstructPix2Pix checkpoints (Brooks et al. 2023): how much the init
            image is kept. 1 does not guide by the image.
    """

    rescale: float = 0.0
    distilled: float | None = None
    image: float = 1.5


USUAL_GUIDANCE = GuidanceTuning()
