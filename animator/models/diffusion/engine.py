"""`Engine`: one loaded model that draws; `UNetEngine`: Stable Diffusion 1, 2 and XL."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, Protocol

import torch
from torch import Tensor, nn

from animator.core.lru_cache import LRUCache
from animator.models.diffusion.controlnet.networks import ControlNets
from animator.models.diffusion.denoiser import Denoiser, Inpaint
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.lora.apply import LoraLayers
from animator.models.diffusion.merged_upsampling import merge_last_layers
from animator.models.diffusion.prompts.conditioning import PromptEncoder
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.samplers.latent_noise import LatentNoise
from animator.models.diffusion.samplers.registry import find_sampler
from animator.models.diffusion.samplers.sampler import NoiseSampler, Sampler
from animator.models.diffusion.samplers.sigmas import sampler_sigmas
from animator.models.diffusion.speed import compile_unet, nothing
from animator.models.diffusion.unet_model import UNetModel

GRIDS_KEPT = 256


class Engine(Protocol):
    """A loaded model."""

    def generate(self, request: GenerationRequest) -> Tensor:
        """The drawn image (3, H, W), single precision, not clipped; may hold NaN."""

    def to(self, device: torch.device) -> None:
        """Moves the model."""

    def upcast_vae(self) -> bool:
        """Has the VAE compute in single precision; False where it does already."""

    def guide(self, controlnets: Sequence[str]) -> None:
        """Loads ControlNets ahead of the first drawing.

        Raises:
            ModelError: One is missing, broken or made for another base, or the model takes none.
        """


class UNetEngine:
    """A checkpoint with a U-Net, drawn by our own loop over diffusers' parts."""

    def __init__(self, model: UNetModel, options: LoadOptions, device: torch.device) -> None:
        """The engine of a model, which it moves to the device.

        Args:
            model: The checkpoint's parts.
            options: How it runs.
            device: Where it runs.
        """
        self._model = model
        self._options = options
        self._device = device
        self._dtype = model.unet.dtype
        self._loras = LoraLayers(model.name, model.family, model.parts)
        self._prompter = PromptEncoder(model.encoders, options.library, device, self._dtype)
        self._nets = ControlNets(model.unet, model.autoencoder, options.library)
        self._grids: LRUCache[tuple[Sampler, str, int], tuple[float, ...]] = LRUCache(GRIDS_KEPT)
        _lay_out(model, options)
        self._before_call = compile_unet(model.unet, device) if options.speed == "compiled" else nothing
        self.to(device)

    @property
    def model(self) -> UNetModel:
        """The parts that draw."""
        return self._model

    def to(self, device: torch.device) -> None:
        """Moves the model; with little memory, its text encoders stay on the CPU."""
        is_low = self._options.memory == "low"
        self._nets.to(device)
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
        """Loads ControlNets ahead of the first drawing; see `Engine`."""
        self._nets.load(controlnets)

    @torch.no_grad()
    def generate(self, request: GenerationRequest) -> Tensor:
        """The drawn image; see `Engine`.

        Raises:
            ModelError: A sampler, LoRA, textual inversion, ControlNet or clip_skip cannot be had.
        """
        model = self._model
        guides = self._nets.guides(request.controls)
        self._set_tiling(request.tiling or self._options.tiling)
        self._loras.apply(self._prompter.loras(request.prompt))
        sampler = find_sampler(request.sampler)
        sigmas = self._levels(sampler, request)
        noise = LatentNoise.of(request.seed, model.autoencoder.latent_shape(request.size), self._device)
        denoise = replace(self._denoiser(request, sigmas), guides=guides)
        eta = request.ddim_eta if sampler.noise == "ddim_eta" else request.ancestral_eta
        x = sampler.solve(
            denoise,
            self._start(request, sigmas[0], noise),
            sigmas,
            NoiseSampler(noise.draw, eta, model.table.sigma_at),
        )
        drawn = model.autoencoder.decode(x / math.sqrt(sigmas[-1] ** 2 + 1), request.size)
        if request.mask is not None and request.image is not None:
            drawn = request.image.lerp(drawn, request.mask)
        return drawn

    def _levels(self, sampler: Sampler, request: GenerationRequest) -> tuple[float, ...]:
        spacing = sampler.schedule_type or self._model.schedule_type or "Uniform"
        sigmas = self._grids.get(
            (sampler, spacing, request.steps),
            lambda: sampler_sigmas(self._model.table, sampler, spacing, request.steps),
        )
        return sigmas[len(sigmas) - 1 - request.steps_run :]

    def _start(self, request: GenerationRequest, level: float, noise: LatentNoise) -> Tensor:
        first = noise.first(request.subseed, request.subseed_strength)
        if request.image is None:
            return first * level
        latent = self._filled(request, self._model.autoencoder.encode(request.image), noise)
        return torch.add(latent, first, alpha=level * request.noise_multiplier)

    def _filled(self, request: GenerationRequest, latent: Tensor, noise: LatentNoise) -> Tensor:
        """The latent with what the request starts from inside its mask."""
        if request.mask is None or request.fill not in ("latent noise", "latent nothing"):
            return latent
        start = noise.draw() if request.fill == "latent noise" else torch.zeros_like(latent)
        return latent.lerp(start, self._model.autoencoder.shrink_mask(request.mask))

    def _denoiser(self, request: GenerationRequest, sigmas: tuple[float, ...]) -> Denoiser:
        model = self._model
        return Denoiser(
            unet=model.unet,
            table=model.table,
            prediction=model.prediction,
            guidance=self._prompter.guidance(
                request, self._loras.text_state, scaled_model=model.is_guidance_distilled
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
        coder = self._model.autoencoder
        gray = torch.full((3, height, width), 0.5, device=self._device)
        image = gray if request.image is None else request.image
        everywhere = torch.ones((1, height, width), device=self._device)
        mask = everywhere if request.mask is None or request.image is None else request.mask
        small = coder.shrink_mask(mask)
        extra = None
        if self._model.is_inpainting:
            hidden = torch.where(mask > 0.5, gray, image)
            extra = torch.cat([(small > 0.5).to(torch.float32), coder.encode(hidden)], dim=1)
        return Inpaint(small, coder.encode(image), extra)

    def _set_tiling(self, tiles: bool) -> None:  # noqa: FBT001 (the request's own value)
        """Lets convolutions see around the edge, or not."""
        wanted: Literal["circular", "zeros"] = "circular" if tiles else "zeros"
        for part in (self._model.unet, self._model.autoencoder.model, *self._nets):
            for module in part.modules():
                if isinstance(module, nn.Conv2d):
                    if module.padding_mode == wanted:
                        break  # so are all
                    module.padding_mode = wanted


def _lay_out(model: UNetModel, options: LoadOptions) -> None:
    """Puts weights into the order that convolutions like, and has the VAE tile where asked."""
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
