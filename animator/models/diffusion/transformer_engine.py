"""`TransformerEngine`: Stable Diffusion 3 and Flux through their own diffusers pipelines.

The pipelines' image-to-image forms draw their own noise and count their own steps. So the text-to-image form
is called with latents that are noised already, and with a scheduler that leaves out the first steps: seeds,
subseeds, noise and steps then mean the same as for every other model.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from animator.errors import ChangeSetting, ModelError
from animator.models.diffusion.autoencoder import Autoencoder
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.lora.apply import LoraLayers
from animator.models.diffusion.prompts.conditioning import lora_weights
from animator.models.diffusion.prompts.transformer_texts import TransformerTexts, is_guidance_distilled
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.samplers.latent_noise import LatentNoise
from animator.models.diffusion.samplers.registry import find_sampler

PIXELS = 16
"""Sides are filled up to multiples of this: transformers see latent pixels in patches of 2 x 2."""

FAMILIES = {"FluxPipeline": "flux", "StableDiffusion3Pipeline": "sd3"}


def is_transformer(pipeline: Any) -> bool:
    """True for pipelines of this engine."""
    return type(pipeline).__name__ in FAMILIES


class TransformerEngine:
    """A rectified-flow transformer that draws; see `Engine`."""

    def __init__(self, name: str, pipeline: Any, options: LoadOptions, device: torch.device) -> None:
        """The engine of a pipeline, which it moves to the device."""
        self._name = name
        self._family = FAMILIES[type(pipeline).__name__]
        self._pipeline = pipeline
        self._device = device
        self._library = options.library
        self._coder = Autoencoder(pipeline.vae, PIXELS)
        is_low = options.memory == "low"
        self._texts = TransformerTexts(pipeline, torch.device("cpu") if is_low else device, device)
        self._drawing = _without_texts(pipeline)
        parts = {
            part: getattr(pipeline, part, None) for part in ("transformer", "text_encoder", "text_encoder_2")
        }
        # To kohya's files Flux' second text encoder is the third, as it is to Stable Diffusion 3's.
        parts["text_encoder_3"] = getattr(pipeline, "text_encoder_3", parts["text_encoder_2"])
        self._loras = LoraLayers(name, self._family, {k: v for k, v in parts.items() if v is not None})
        self._stays = ("text_encoder", "text_encoder_2", "text_encoder_3") if is_low else ()
        if is_low:
            pipeline.vae.enable_tiling()
        if options.speed == "compiled":
            pipeline.transformer.compile_repeated_blocks(fullgraph=True)
        self.to(device)

    @property
    def parts(self) -> dict[str, torch.nn.Module]:
        """The modules by their usual names."""
        parts = self._pipeline.components.items()
        return {name: part for name, part in parts if isinstance(part, torch.nn.Module)}

    @property
    def transformer(self) -> Any:
        """The network that draws."""
        return self._pipeline.transformer

    @property
    def text_encoder(self) -> Any:
        """The first text encoder."""
        return self._pipeline.text_encoder

    @property
    def autoencoder(self) -> Autoencoder:
        """The VAE."""
        return self._coder

    def to(self, device: torch.device) -> None:
        """Moves the model; with little memory, its text encoders stay on the CPU."""
        for name, part in self.parts.items():
            if name not in self._stays:
                part.to(device)

    def upcast_vae(self) -> bool:
        """Has the VAE compute in single precision; False where it does already."""
        if self._pipeline.vae.dtype == torch.float32:
            return False
        self._pipeline.vae.to(torch.float32)
        return True

    def guide(self, controlnets: Sequence[str]) -> None:
        """Refuses ControlNets, which are for models with a U-Net.

        Raises:
            ModelError: There are any.
        """
        if controlnets:
            raise self._cannot("a ControlNet")

    @torch.no_grad()
    def generate(self, request: GenerationRequest) -> Tensor:
        """The drawn image; see `Engine`.

        Raises:
            ModelError: The request wants what these models do not have.
        """
        self._refuse(request)
        self._loras.apply(lora_weights(request.prompt, self._library))
        shape = self._coder.latent_shape(request.size)
        scheduler = _tail(self._drawing.scheduler, request.steps - request.steps_run)
        level = self._first_level(scheduler, request, shape)
        noise = LatentNoise.of(request.seed, shape, self._device)
        latent = noise.first(request.subseed, request.subseed_strength)
        if request.image is not None:
            latent = self._coder.encode(request.image) * (1 - level) + latent * (
                level * request.noise_multiplier
            )
        self._drawing.scheduler, before = scheduler, self._drawing.scheduler
        try:
            drawn = self._call(request, latent, noise)
        finally:
            self._drawing.scheduler = before
        return self._coder.decode(drawn.to(torch.float32), request.size)

    def _call(self, request: GenerationRequest, latent: Tensor, noise: LatentNoise) -> Tensor:
        """The drawn latent (1, C, h, w)."""
        _, channels, height, width = latent.shape
        is_flux = self._family == "flux"
        packed = self._drawing._pack_latents(latent, 1, channels, height, width) if is_flux else latent
        out = self._drawing(
            latents=packed.to(self._pipeline.transformer.dtype),
            width=width * self._coder.factor,
            height=height * self._coder.factor,
            num_inference_steps=request.steps,
            guidance_scale=request.cfg_scale,
            **(
                {"true_cfg_scale": request.cfg_scale}
                if is_flux and not is_guidance_distilled(self._pipeline)
                else {}
            ),
            generator=noise.generator,
            output_type="latent",
            **self._texts.of(request, self._loras.text_state),
        ).images
        if not is_flux:
            return torch.as_tensor(out)
        sides = height * self._coder.factor, width * self._coder.factor
        return torch.as_tensor(self._drawing._unpack_latents(out, *sides, self._coder.factor))

    def _refuse(self, request: GenerationRequest) -> None:
        sampler = find_sampler(request.sampler)
        if sampler.name != "Euler" or sampler.schedule_type:
            raise ModelError(
                f"sampler {request.sampler!r}: the model {self._name} draws with Euler only",
                ChangeSetting("diffusion.sampler", "Euler"),
            )
        wrong = {
            "tiling": request.tiling,
            "a mask": request.mask is not None,
            "a ControlNet": any(control.model for control in request.controls),
        }
        for what, is_wanted in wrong.items():
            if is_wanted:
                raise self._cannot(what)

    def _cannot(self, what: str) -> ModelError:
        return ModelError(f"{what}: the model {self._name} cannot do it; Stable Diffusion 1, 2 and XL can")

    def _first_level(self, scheduler: Any, request: GenerationRequest, shape: tuple[int, ...]) -> float:
        """How much of the first latent is noise, in (0, 1]; by the sigmas that the pipeline will take."""
        given: dict[str, Any] = {"num_inference_steps": request.steps}
        if self._family == "flux":
            given |= {"sigmas": np.linspace(1.0, 1 / request.steps, request.steps)}
        if scheduler.config.get("use_dynamic_shifting"):
            given |= {"mu": _shift(scheduler.config, shape)}
        scheduler.set_timesteps(device="cpu", **given)
        return float(scheduler.sigmas[0])


def _without_texts(pipeline: Any) -> Any:
    """A pipeline of the same network and VAE, which is told what its prompts mean and is on one device."""
    names = ("text_encoder", "tokenizer", "image_encoder", "feature_extractor")
    parts = {name: None if name.startswith(names) else part for name, part in pipeline.components.items()}
    drawing = type(pipeline)(**parts)
    drawing.set_progress_bar_config(disable=True)
    return drawing


def _shift(config: Any, shape: tuple[int, ...]) -> float:
    """How far an image of this size moves the sigmas up."""
    from diffusers.pipelines.flux.pipeline_flux import calculate_shift

    return float(
        calculate_shift(
            shape[2] * shape[3] // 4,
            config.get("base_image_seq_len", 256),
            config.get("max_image_seq_len", 4096),
            config.get("base_shift", 0.5),
            config.get("max_shift", 1.15),
        )
    )


def _tail(scheduler: Any, skipped: int) -> Any:
    """A scheduler like this one that leaves out the first steps."""

    class Tail(type(scheduler)):  # type: ignore[misc]  # the class is known only here
        def set_timesteps(
            self,
            num_inference_steps: int | None = None,
            device: Any = None,
            sigmas: Any = None,
            mu: float | None = None,
            timesteps: Any = None,
        ) -> None:
            super().set_timesteps(num_inference_steps, device, sigmas, mu, timesteps)
            for name in ("timesteps", "sigmas"):
                setattr(self, name, getattr(self, name)[skipped:])

    return Tail.from_config(scheduler.config)
