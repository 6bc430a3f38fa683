"""`Engine`: one loaded model that generates images; `UNetEngine`: Stable Diffusion 1, 2 and XL."""

import math
from collections.abc import Hashable, Sequence
from dataclasses import replace
from itertools import count
from typing import Literal, Protocol

import torch
from torch import Tensor, nn

from animator.core.lru_cache import LRUCache
from animator.models.diffusion.batch import form_of, in_groups
from animator.models.diffusion.checkpoints.find import STARTER
from animator.models.diffusion.controlnet.networks import ControlNets
from animator.models.diffusion.denoiser import Denoiser, Inpaint
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.lora.apply import LoraLayers
from animator.models.diffusion.merged_upsampling import merge_last_layers
from animator.models.diffusion.observer import StepReports, stepwise
from animator.models.diffusion.preview import latent_preview
from animator.models.diffusion.prompts.conditioning import PromptEncoder
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.samplers.latent_noise import LatentNoise
from animator.models.diffusion.samplers.registry import find_sampler
from animator.models.diffusion.samplers.sampler import NoiseSampler, Sampler
from animator.models.diffusion.samplers.sigmas import sampler_sigmas
from animator.models.diffusion.speed import compile_unet, do_nothing
from animator.models.diffusion.together import Together
from animator.models.diffusion.unet_model import UNetModel

SCHEDULES_KEPT = 256


class Engine(Protocol):
    """A loaded model; `StableDiffuser` keeps one per checkpoint."""

    def generate(self, request: GenerationRequest) -> Tensor:
        """Returns the generated image (3, H, W), float32, not clamped; may contain NaN."""

    def generate_batch(self, requests: Sequence[GenerationRequest]) -> list[Tensor]:
        """Returns the generated image of each request, as `generate`; together where they are of one form."""

    def to(self, device: torch.device) -> None:
        """Moves the model to a device."""

    def upcast_vae(self) -> bool:
        """Has the VAE compute in single precision; False where it does already."""

    def guide(self, controlnets: Sequence[str]) -> None:
        """Loads ControlNets before the first generation.

        Raises:
            ModelError: One is missing, broken or made for another base, or the model supports none.
        """


class UNetEngine:
    """A checkpoint with a U-Net, sampled by our own loop over diffusers' components."""

    def __init__(self, model: UNetModel, options: LoadOptions, device: torch.device) -> None:
        """Prepares a model and moves it to the device.

        Args:
            model: The checkpoint's components.
            options: Speed, memory and tiling.
            device: Device that generates.
        """
        self._model = model
        self._options = options
        self._device = device
        self._dtype = model.unet.dtype
        self._loras = LoraLayers(model.name, model.family, model.parts)
        self._prompt_encoder = PromptEncoder(model.encoders, options.library, device, self._dtype)
        self._controlnets = ControlNets(model.unet, model.autoencoder, options.library)
        self._sigma_cache: LRUCache[tuple[Sampler, str, int], tuple[float, ...]] = LRUCache(SCHEDULES_KEPT)
        _prepare(model, options)
        self._before_call = compile_unet(model.unet, device) if options.speed == "compiled" else do_nothing
        self.to(device)

    @property
    def model(self) -> UNetModel:
        """The checkpoint's components."""
        return self._model

    def to(self, device: torch.device) -> None:
        """Moves the model to a device; with low memory, its text encoders stay on the CPU."""
        is_low = self._options.memory == "low"
        self._controlnets.to(device)
        for name, part in self._model.parts.items():
            if is_low and name.startswith("text_encoder"):
                part.to("cpu", torch.float32)
            else:
                part.to(device)

    def upcast_vae(self) -> bool:
        """Has the VAE compute in single precision; False where it does already."""
        vae = self._model.autoencoder.model
        if vae.dtype == torch.float32:
            return False
        vae.to(torch.float32)
        return True

    def guide(self, controlnets: Sequence[str]) -> None:
        """Loads ControlNets before the first generation; see `Engine`."""
        self._controlnets.load(controlnets)

    def generate(self, request: GenerationRequest) -> Tensor:
        """Returns the generated image; see `Engine`.

        Raises:
            ModelError: A sampler, LoRA, textual inversion or ControlNet is not available, or clip_skip is too
                large.
            GenerationStopped: The request's observer stopped it.
        """
        return self.generate_batch([request])[0]

    @torch.no_grad()
    def generate_batch(self, requests: Sequence[GenerationRequest]) -> list[Tensor]:
        """Returns the generated images; see `Engine`. With low memory, one is generated after the other.

        Raises:
            ModelError: As for `generate`.
            GenerationStopped: The observer of one of them stopped all.
        """
        positions = count()
        is_low = self._options.memory == "low"

        def key(request: GenerationRequest) -> Hashable:
            is_alone = is_low or find_sampler(request.sampler).calls_per_step is None
            loras = self._prompt_encoder.loras(request.prompt)
            return form_of(request), loras, next(positions) if is_alone else -1

        return in_groups(self._generate_alike, requests, key)

    def _generate_alike(self, requests: Sequence[GenerationRequest]) -> list[Tensor]:
        """Returns the images (3, H, W) of requests of one form."""
        latents = self._sample(requests)
        return [self._decode(latents[index : index + 1], request) for index, request in enumerate(requests)]

    def _sample(self, requests: Sequence[GenerationRequest]) -> Tensor:
        """Returns the denoised latents (N, C, h, w) of requests of one form."""
        first, model = requests[0], self._model
        sampler = find_sampler(first.sampler)
        sigmas = self._sigmas(sampler, first)
        guides = [self._controlnets.guides(request.controls) for request in requests]  # loads them
        self._set_tiling(first.tiling or self._options.tiling)
        self._loras.apply(self._prompt_encoder.loras(first.prompt))
        shape = model.autoencoder.latent_shape(first.size)
        noises = [LatentNoise.of(request.seed, shape, self._device) for request in requests]
        denoise = Together(
            tuple(
                replace(self._denoiser(request, sigmas), guides=own)
                for request, own in zip(requests, guides, strict=True)
            )
        )
        starts = [
            self._initial_latent(request, sigmas[0], noise)
            for request, noise in zip(requests, noises, strict=True)
        ]
        x = sampler.solve(
            stepwise(denoise, sigmas, [self._reports(request) for request in requests]),
            torch.cat(starts),
            sigmas,
            NoiseSampler(
                lambda: torch.cat([noise.draw() for noise in noises]),
                first.ddim_eta if sampler.noise == "ddim_eta" else first.ancestral_eta,
                model.noise_schedule.sigma_at,
            ),
        )
        return x / math.sqrt(sigmas[-1] ** 2 + 1)

    def _decode(self, latent: Tensor, request: GenerationRequest) -> Tensor:
        """Returns the image (3, H, W) of a latent, with the request's own outside of its mask."""
        image = self._model.autoencoder.decode(latent, request.size)
        if request.mask is not None and request.image is not None:
            image = request.image.lerp(image, request.mask)
        return image

    def _reports(self, request: GenerationRequest) -> StepReports | None:
        if request.observer is None:
            return None
        model = self._model
        latents = STARTER if model.name == STARTER else model.family
        return StepReports(
            request.observer, request.steps_run, lambda latent: latent_preview(latent, latents)
        )

    def _sigmas(self, sampler: Sampler, request: GenerationRequest) -> tuple[float, ...]:
        """Returns the sigmas of the steps that run."""
        schedule_type = sampler.schedule_type or self._model.schedule_type or "Uniform"
        sigmas = self._sigma_cache.get(
            (sampler, schedule_type, request.steps),
            lambda: sampler_sigmas(self._model.noise_schedule, sampler, schedule_type, request.steps),
        )
        return sigmas[len(sigmas) - 1 - request.steps_run :]

    def _initial_latent(self, request: GenerationRequest, sigma: float, noise: LatentNoise) -> Tensor:
        initial_noise = noise.first(request.subseed, request.subseed_strength)
        if request.image is None:
            return initial_noise * sigma
        latent = self._fill_masked(request, self._model.autoencoder.encode(request.image), noise)
        return torch.add(latent, initial_noise, alpha=sigma * request.noise_multiplier)

    def _fill_masked(self, request: GenerationRequest, latent: Tensor, noise: LatentNoise) -> Tensor:
        """Returns the latent with the request's fill inside the mask."""
        if request.mask is None or request.fill not in ("latent noise", "latent nothing"):
            return latent
        fill = noise.draw() if request.fill == "latent noise" else torch.zeros_like(latent)
        return latent.lerp(fill, self._model.autoencoder.shrink_mask(request.mask))

    def _denoiser(self, request: GenerationRequest, sigmas: tuple[float, ...]) -> Denoiser:
        model = self._model
        return Denoiser(
            unet=model.unet,
            noise_schedule=model.noise_schedule,
            prediction=model.prediction,
            guidance=self._prompt_encoder.guidance(
                request, self._loras.text_state, is_distilled=model.is_guidance_distilled
            ),
            sigmas=sigmas,
            sizes=model.sizes(request.size, self._device, self._dtype),
            scale_embedding=model.scale_embedding(request.cfg_scale, self._device, self._dtype),
            inpaint=self._inpaint(request),
            rows_at_once=1 if self._options.memory == "low" else 64,
            before_call=self._before_call,
        )

    def _inpaint(self, request: GenerationRequest) -> Inpaint | None:
        if request.mask is None and not self._model.is_inpainting:
            return None
        width, height = request.size
        vae = self._model.autoencoder
        gray = torch.full((3, height, width), 0.5, device=self._device)
        image = gray if request.image is None else request.image
        full_mask = torch.ones((1, height, width), device=self._device)
        mask = full_mask if request.mask is None or request.image is None else request.mask
        latent_mask = vae.shrink_mask(mask)
        extra = None
        if self._model.is_inpainting:
            masked_image = torch.where(mask > 0.5, gray, image)
            extra = torch.cat([(latent_mask > 0.5).to(torch.float32), vae.encode(masked_image)], dim=1)
        return Inpaint(latent_mask, vae.encode(image), extra)

    def _set_tiling(self, tiling: bool) -> None:  # noqa: FBT001 (the request's own value)
        """Switches the convolutions between circular and zero padding."""
        padding_mode: Literal["circular", "zeros"] = "circular" if tiling else "zeros"
        for part in (self._model.unet, self._model.autoencoder.model, *self._controlnets):
            for module in part.modules():
                if isinstance(module, nn.Conv2d):
                    if module.padding_mode == padding_mode:
                        break  # all others have it too
                    module.padding_mode = padding_mode


def _prepare(model: UNetModel, options: LoadOptions) -> None:
    """Sets evaluation mode, channels-last weights and the VAE's precision and tiling."""
    vae = model.autoencoder.model
    merge_last_layers(vae.decoder)
    for part in (model.unet, vae):
        part.to(memory_format=torch.channels_last)
    for part in model.parts.values():
        part.eval().requires_grad_(requires_grad=False)
    if getattr(vae.config, "force_upcast", False):
        vae.to(torch.float32)  # SDXL's own VAE overflows in half precision
    if options.memory == "low" and hasattr(vae, "enable_tiling"):
        vae.enable_tiling()
