"""`TransformerEngine`: Stable Diffusion 3 and Flux through their own diffusers pipelines.

The image-to-image pipelines draw their own noise and count steps differently. So the text-to-image pipeline
is called with noised latents and a scheduler that skips the first steps; seeds, subseeds, noise and steps
then mean the same as for all other models.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from animator.errors import ChangeSetting, ModelError
from animator.models.diffusion.autoencoder import Autoencoder
from animator.models.diffusion.flow_scheduler import Report, dynamic_shift, watched_from
from animator.models.diffusion.initial_latent import first_noise, image_latent
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.lora.apply import LoraLayers
from animator.models.diffusion.observer import EnoughSteps, StepReports, early_ends, latents_of
from animator.models.diffusion.precision import set_vae_precision
from animator.models.diffusion.preview import latent_preview
from animator.models.diffusion.prompts.conditioning import hypernetwork_strengths, lora_weights
from animator.models.diffusion.prompts.transformer_texts import (
    TransformerPromptEncoder,
    is_guidance_distilled,
)
from animator.models.diffusion.request import GenerationRequest, input_scale
from animator.models.diffusion.samplers.latent_noise import LatentNoise
from animator.models.diffusion.samplers.registry import find_sampler
from animator.models.diffusion.step_hook import begin_step

PIXELS = 16
"""Images are padded to multiples of this: transformers take latent pixels in patches of 2 x 2."""

FAMILIES = {"FluxPipeline": "flux", "StableDiffusion3Pipeline": "sd3"}


def is_transformer(pipeline: Any) -> bool:
    """Returns True for pipelines that `TransformerEngine` runs."""
    return type(pipeline).__name__ in FAMILIES


class TransformerEngine:
    """A rectified-flow transformer; see `Engine`."""

    def __init__(self, name: str, pipeline: Any, options: LoadOptions, device: torch.device) -> None:
        """Prepares a pipeline and moves it to the device."""
        self._name = name
        self._family = FAMILIES[type(pipeline).__name__]
        self._pipeline = pipeline
        self._device = device
        self._library = options.library
        self.precision = set_vae_precision(pipeline.vae, options.precision, device)
        self._vae = Autoencoder(pipeline.vae, PIXELS)
        is_low = options.memory == "low"
        self._prompt_encoder = TransformerPromptEncoder(
            pipeline, torch.device("cpu") if is_low else device, device
        )
        self._denoiser = _without_text_encoders(pipeline)
        parts = {
            part: getattr(pipeline, part, None) for part in ("transformer", "text_encoder", "text_encoder_2")
        }
        # kohya's LoRA files call T5 the third text encoder, also for Flux, where it is the second.
        parts["text_encoder_3"] = getattr(pipeline, "text_encoder_3", parts["text_encoder_2"])
        self._loras = LoraLayers(name, self._family, {k: v for k, v in parts.items() if v is not None})
        self._kept_on_cpu = ("text_encoder", "text_encoder_2", "text_encoder_3") if is_low else ()
        if is_low:
            pipeline.vae.enable_tiling()
        if options.speed == "compiled":
            pipeline.transformer.compile_repeated_blocks(fullgraph=True)
        self.to(device)

    @property
    def parts(self) -> dict[str, torch.nn.Module]:
        """The modules by diffusers' component names."""
        parts = self._pipeline.components.items()
        return {name: part for name, part in parts if isinstance(part, torch.nn.Module)}

    @property
    def transformer(self) -> Any:
        """The denoising network."""
        return self._pipeline.transformer

    @property
    def text_encoder(self) -> Any:
        """The first text encoder."""
        return self._pipeline.text_encoder

    @property
    def autoencoder(self) -> Autoencoder:
        """The VAE."""
        return self._vae

    def to(self, device: torch.device) -> None:
        """Moves the model to a device; with low memory, its text encoders stay on the CPU."""
        for name, part in self.parts.items():
            if name not in self._kept_on_cpu:
                part.to(device)

    def upcast_vae(self) -> bool:
        """Has the VAE compute in single precision; False where it does already."""
        if self._pipeline.vae.dtype == torch.float32:
            return False
        self._pipeline.vae.to(torch.float32)
        return True

    def guide(self, controlnets: Sequence[str]) -> None:
        """Rejects ControlNets, which need a model with a U-Net.

        Raises:
            ModelError: `controlnets` is not empty.
        """
        if controlnets:
            raise self._unsupported("a ControlNet")

    def generate_batch(self, requests: Sequence[GenerationRequest]) -> list[Tensor]:
        """Returns the generated image of each request, one after the other; see `Engine`."""
        return [self.generate(request) for request in requests]

    @torch.no_grad()
    def generate(self, request: GenerationRequest) -> Tensor:
        """Returns the generated image; see `Engine`.

        Raises:
            ModelError: The request needs something that these models do not support.
            GenerationStopped: The request's observer stopped it.
        """
        return self.decode(self.generate_latent(request), request.size)

    @torch.no_grad()
    def generate_latent(self, request: GenerationRequest) -> Tensor:
        """Returns the latent of the generated image; errors as `generate`."""
        self._check_supported(request)
        self._loras.apply(lora_weights(request.prompt, self._library))
        shape = self._vae.latent_shape(request.size)
        scheduler = watched_from(
            self._denoiser.scheduler, request.steps - request.steps_run, self._report(request, shape)
        )
        sigma = self._first_sigma(scheduler, request, shape)
        noise = LatentNoise.of(request.seed, shape, self._device)
        latent = first_noise(noise, request, self._vae)
        start = image_latent(request, self._vae)
        if start is not None:
            latent = start * (1 - sigma) + latent * (sigma * request.noise_multiplier)
        self._denoiser.scheduler, original = scheduler, self._denoiser.scheduler
        try:
            latent = self._run_pipeline(request, latent, noise)
        except EnoughSteps as enough:
            latent = latents_of(enough)
        finally:
            self._denoiser.scheduler = original
        return latent.to(torch.float32)

    @torch.no_grad()
    def encode(self, image: Tensor) -> Tensor:
        """Returns the latent of an image; see `Engine`."""
        return self._vae.encode(image)

    @torch.no_grad()
    def decode(self, latent: Tensor, size: tuple[int, int]) -> Tensor:
        """Returns the image of a latent; see `Engine`."""
        return self._vae.decode(latent, size)

    def _run_pipeline(self, request: GenerationRequest, latent: Tensor, noise: LatentNoise) -> Tensor:
        """Returns the denoised latent (1, C, h, w)."""
        _, channels, height, width = latent.shape
        is_flux = self._family == "flux"
        is_distilled = is_guidance_distilled(self._pipeline)
        has_true_scale = is_flux and (not is_distilled or request.guidance.distilled is not None)
        packed = self._denoiser._pack_latents(latent, 1, channels, height, width) if is_flux else latent
        begin_step(0, request.steps_run)
        out = self._denoiser(
            callback_on_step_end=partial(_begin_next_step, request.steps_run),
            latents=packed.to(self._pipeline.transformer.dtype),
            width=width * self._vae.factor,
            height=height * self._vae.factor,
            num_inference_steps=request.steps,
            guidance_scale=input_scale(request) if is_distilled else request.cfg_scale,
            **({"true_cfg_scale": request.cfg_scale} if has_true_scale else {}),
            generator=noise.generator,
            output_type="latent",
            **self._prompt_encoder.encode(request, self._loras.text_state),
        ).images
        return self._unpacked(out, latent.shape)

    def _report(self, request: GenerationRequest, shape: tuple[int, ...]) -> Report | None:
        """Returns what is called with each step and its denoised latent, as the transformer has it."""
        if request.observer is None:
            return None
        reports = StepReports(
            request.observer, request.steps_run, lambda latent: latent_preview(latent, self._family)
        )

        def report(step: int, denoised: Tensor) -> None:
            latent = self._unpacked(denoised, shape)
            with early_ends(latent):
                reports.report(step, latent)

        return report

    def _unpacked(self, latent: Tensor, shape: tuple[int, ...]) -> Tensor:
        """Returns a latent of the pipeline as (1, C, h, w); Flux packs patches of 2 x 2 into tokens."""
        if self._family != "flux":
            return latent
        sides = shape[2] * self._vae.factor, shape[3] * self._vae.factor
        return torch.as_tensor(self._denoiser._unpack_latents(latent, *sides, self._vae.factor))

    def _check_supported(self, request: GenerationRequest) -> None:
        sampler = find_sampler(request.sampler)
        if sampler.name != "Euler" or sampler.schedule_type:
            raise ModelError(
                f"sampler {request.sampler!r}: the model {self._name} supports Euler only",
                ChangeSetting("diffusion.sampler", "Euler"),
            )
        unsupported = {
            "tiling": bool(request.tiling),
            "a mask": request.mask is not None,
            "motion.reveal: generate": request.revealed is not None,
            "a ControlNet": any(control.model for control in request.controls),
            "a hypernetwork": bool(hypernetwork_strengths(request.prompt, self._library)),
            "a refiner": request.refiner is not None,
            "FreeU": request.freeu is not None,
            "deep shrink": request.deep_shrink is not None,
            "rescaled guidance": request.guidance.rescale != 0,
        }
        for feature, is_requested in unsupported.items():
            if is_requested:
                raise self._unsupported(feature)

    def _unsupported(self, feature: str) -> ModelError:
        return ModelError(
            f"{feature}: the model {self._name} does not support it; Stable Diffusion 1, 2 and XL do"
        )

    def _first_sigma(self, scheduler: Any, request: GenerationRequest, shape: tuple[int, ...]) -> float:
        """Returns the sigma of the first step, in (0, 1], as the pipeline will compute it."""
        kwargs: dict[str, Any] = {"num_inference_steps": request.steps}
        if self._family == "flux":
            kwargs |= {"sigmas": np.linspace(1.0, 1 / request.steps, request.steps)}
        if scheduler.config.get("use_dynamic_shifting"):
            kwargs |= {"mu": dynamic_shift(scheduler.config, shape)}
        scheduler.set_timesteps(device="cpu", **kwargs)
        return float(scheduler.sigmas[0])


def _begin_next_step(steps: int, pipeline: object, step: int, *_: object) -> dict[str, Tensor]:
    """Announces the step after one that has ended; returns the tensors that change, which are none."""
    if step + 1 < steps:
        begin_step(step + 1, steps)
    return {}


def _without_text_encoders(pipeline: Any) -> Any:
    """Returns a pipeline without text encoders, which is called with prompt embeddings."""
    names = ("text_encoder", "tokenizer", "image_encoder", "feature_extractor")
    parts = {name: None if name.startswith(names) else part for name, part in pipeline.components.items()}
    without = type(pipeline)(**parts)
    without.set_progress_bar_config(disable=True)
    return without
