"""`FlowEngine`: flow-matching transformers, sampled by our own loop over diffusers' pipelines."""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from functools import cached_property, partial
from itertools import count
from typing import Any

import torch
from torch import Tensor

from animator.core.lru_cache import LRUCache
from animator.errors import ModelError
from animator.models.diffusion.autoencoder import Autoencoder
from animator.models.diffusion.batch import form_of, in_groups
from animator.models.diffusion.checkpoints.flow_families import FlowFamily, family_of_pipeline
from animator.models.diffusion.flow_matching.autoencoders import open_autoencoder
from animator.models.diffusion.flow_matching.calls import FlowPrompts
from animator.models.diffusion.flow_matching.controlnets import FlowControlNets, guided
from animator.models.diffusion.flow_matching.denoiser import FlowDenoiser
from animator.models.diffusion.flow_matching.guided import Calls
from animator.models.diffusion.flow_matching.ip_adapter import (
    attending,
    load_flow_adapter,
    shown_by,
)
from animator.models.diffusion.flow_matching.kept_ids import keep_ids, move_tables
from animator.models.diffusion.flow_matching.latents import hold_of, inpaint_of
from animator.models.diffusion.flow_matching.network import FlowNetwork
from animator.models.diffusion.flow_matching.schedule import FlowSchedule, flow_scheduler, steps_begun
from animator.models.diffusion.flow_matching.supported import (
    check_has_adapters,
    check_has_controlnets,
    check_supported,
)
from animator.models.diffusion.flow_matching.texts import TEXT_PARTS, FlowTexts
from animator.models.diffusion.flow_matching.together import FlowTogether
from animator.models.diffusion.initial_latent import image_latent, initial_latent
from animator.models.diffusion.ip_adapter.adapters import Embedded, IPAdapters
from animator.models.diffusion.ip_adapter.name import AdapterName
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.lora.apply import LoraLayers
from animator.models.diffusion.observer import EnoughSteps, StepReports, latents_of, stepwise
from animator.models.diffusion.pipeline_parts import pipeline_without
from animator.models.diffusion.precision import set_vae_precision
from animator.models.diffusion.preview import RGBFactors, factors_of, latent_preview
from animator.models.diffusion.prompts.conditioning import lora_weights
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.samplers.latent_noise import LatentNoise
from animator.models.diffusion.samplers.registry import find_sampler
from animator.models.diffusion.samplers.sampler import NoiseSampler

SCHEDULES_KEPT = 64


def is_flow_matching(pipeline: Any) -> bool:
    """Returns True for pipelines that `FlowEngine` runs."""
    return family_of_pipeline(type(pipeline).__name__) is not None


class FlowEngine:
    """A flow-matching transformer; see `Engine`."""

    def __init__(self, name: str, pipeline: Any, options: LoadOptions, device: torch.device) -> None:
        """Prepares a pipeline and moves it to the device."""
        self._name = name
        self._family = _family(pipeline)
        self._pipeline = pipeline
        self._device = device
        self._library = options.library
        self.precision = set_vae_precision(pipeline.vae, options.precision, device)
        self._vae = open_autoencoder(pipeline.vae, self._family)
        self._is_low = is_low = options.memory == "low"
        encoder_device = torch.device("cpu") if is_low else device
        texts = FlowTexts(self._family, pipeline, encoder_device, device)
        self._prompts = FlowPrompts.of(self._family, pipeline, texts)
        alone = _network_alone(pipeline)
        keep_ids(alone, self._family)
        self._network = FlowNetwork(
            self._family,
            alone,
            flow_scheduler(pipeline.scheduler),
            self._vae.factor,
        )
        self._controlnets = FlowControlNets(pipeline, self._family, self._vae, options.library)
        self._ip_adapters = IPAdapters(
            pipeline.transformer, load_flow_adapter, self._vae, options.library, encodes_on_cpu=is_low
        )
        self._schedules: LRUCache[tuple[int, tuple[int, ...]], FlowSchedule] = LRUCache(SCHEDULES_KEPT)
        self._loras = LoraLayers(name, self._family.key, _lora_parts(pipeline))
        if is_low and hasattr(pipeline.vae, "enable_tiling"):
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
    def network(self) -> FlowNetwork:
        """The denoising network as it is called."""
        return self._network

    @property
    def prompts(self) -> FlowPrompts:
        """What turns prompts into its arguments."""
        return self._prompts

    @property
    def family(self) -> FlowFamily:
        """The model's family."""
        return self._family

    @property
    def text_encoder(self) -> Any:
        """The first text encoder."""
        return self._pipeline.text_encoder

    @property
    def autoencoder(self) -> Autoencoder:
        """The VAE."""
        return self._vae

    def to(self, device: torch.device) -> None:
        """Moves the model to a device; its text encoders are there only while they encode."""
        for name, part in self.parts.items():
            if name not in TEXT_PARTS:
                part.to(device)
        move_tables(self.transformer, device)
        self._controlnets.to(device)
        self._ip_adapters.to(device)

    def upcast_vae(self) -> bool:
        """Has the VAE compute in single precision; False where it does already."""
        if self._pipeline.vae.dtype == torch.float32:
            return False
        self._pipeline.vae.to(torch.float32)
        return True

    def guide(self, controlnets: Sequence[str], ip_adapters: Sequence[AdapterName] = ()) -> None:
        """Loads ControlNets and IP-Adapters before the first generation; see `Engine`.

        Raises:
            ModelError: One is missing, broken or made for another model; or these models have none.
        """
        if ip_adapters:
            check_has_adapters(self._family, self._name)
        if controlnets:
            check_has_controlnets(self._family, self._name)
        self._controlnets.load(controlnets)
        self._ip_adapters.load(ip_adapters)

    @torch.no_grad()
    def generate_batch(self, requests: Sequence[GenerationRequest]) -> list[Tensor]:
        """Returns the generated images; see `Engine`; one after the other with low memory. One stops all."""
        positions = count()

        def key(request: GenerationRequest) -> Hashable:
            is_alone = self._is_low or find_sampler(request.sampler).calls_per_step is None
            form = form_of(request, request.skipped_share), lora_weights(request.prompt, self._library)
            guided_by = request.controls, request.image_prompts  # those that share the very same ones
            return form, guided_by, next(positions) if is_alone else -1

        return in_groups(self._generate_alike, requests, key)

    def generate(self, request: GenerationRequest) -> Tensor:
        """Returns the generated image; see `Engine`.

        Raises:
            ModelError: The request needs something that these models do not support.
            GenerationStopped: The request's observer stopped it.
        """
        return self.generate_batch([request])[0]

    def steps_run(self, request: GenerationRequest) -> int:
        """Returns the number of steps that a request runs; see `Engine`."""
        return steps_begun(request.steps, request.skipped_share)

    @torch.no_grad()
    def generate_latent(self, request: GenerationRequest) -> Tensor:
        """Returns the latent of the generated image; errors as `generate`."""
        return self._sample([request])

    def _generate_alike(self, requests: Sequence[GenerationRequest]) -> list[Tensor]:
        """Returns the images (3, H, W) of requests of one form."""
        images: list[Tensor] = []
        for request, latent in zip(requests, self._sample(requests).split(1), strict=True):
            image = self.decode(latent, request.size)
            if request.mask is not None and request.image is not None:
                image = request.image.lerp(image, request.mask)
            images.append(image)
        return images

    def _sample(self, requests: Sequence[GenerationRequest]) -> Tensor:
        """Returns the denoised latents (N, C, h, w) of requests of one form."""
        for request in requests:
            check_supported(request, self._family, self._name, self._library)
        first = requests[0]
        self._loras.apply(lora_weights(first.prompt, self._library))
        shape = self._vae.latent_shape(first.size)
        noises = [LatentNoise.of(request.seed, shape, self._device) for request in requests]
        noise_sampler = NoiseSampler(lambda: torch.cat([noise.draw() for noise in noises]), 0.0)
        guides = self._controlnets.guides(first.controls)
        shown = shown_by(self._ip_adapters, first.image_prompts, self._vae)
        transformer = self._network.pipeline.transformer
        with guided(transformer, guides) as guiding, attending(transformer, shown) as attends:
            embedded = [one.embedded for one in shown]
            begun = [self._begin(*each, embedded) for each in zip(requests, noises, strict=True)]
            sigmas, starts = begun[0][0].sigmas, torch.cat([start for _, start in begun])
            parts = tuple(replace(part, guides=(guiding.at, attends.at)) for part, _ in begun)
            denoise = parts[0] if len(parts) == 1 else FlowTogether(parts)
            watched = stepwise(denoise, sigmas, [self._report(request) for request in requests])
            try:
                return find_sampler(first.sampler).solve(watched, starts, sigmas, noise_sampler)
            except EnoughSteps as enough:
                return latents_of(enough)

    def _begin(
        self, request: GenerationRequest, noise: LatentNoise, shown: Sequence[Embedded]
    ) -> tuple[FlowDenoiser, Tensor]:
        """Returns what denoises a request's latent, and the latent that it begins with (1, C, h, w)."""
        vae, shape = self._vae, self._vae.latent_shape(request.size)
        calls = self._prompts.calls(request, self.steps_run(request), self._loras.text_state, shown)
        schedule = self._schedule(request.steps, shape, calls)
        sigmas, original = schedule.after(request.skipped_share), image_latent(request, vae)
        start = initial_latent(request, vae, sigmas[0], noise, original, 1 - sigmas[0])
        kept = inpaint_of(request, vae, original), hold_of(request, vae, original, schedule)
        rescale = request.guidance.rescale
        return FlowDenoiser(self._network, schedule, sigmas, calls, *kept, rescale), start

    @torch.no_grad()
    def encode(self, image: Tensor) -> Tensor:
        """Returns the latent of an image; see `Engine`."""
        return self._vae.encode(image)

    @torch.no_grad()
    def decode(self, latent: Tensor, size: tuple[int, int]) -> Tensor:
        """Returns the image of a latent; see `Engine`."""
        return self._vae.decode(latent, size)

    def _schedule(self, steps: int, shape: tuple[int, ...], calls: Sequence[Calls]) -> FlowSchedule:
        """Returns the noise levels of a full generation, which the pipeline computes with any prompt."""
        any_call = calls[0][0]
        return self._schedules.get(
            (steps, shape), lambda: self._network.schedule(shape, steps, any_call.arguments)
        )

    def _report(self, request: GenerationRequest) -> StepReports | None:
        if request.observer is None:
            return None
        preview = partial(latent_preview, factors=self._factors)
        return StepReports(request.observer, self.steps_run(request), preview)

    @cached_property
    def _factors(self) -> RGBFactors:
        return factors_of(self._family.latent_space, self._vae)


def _family(pipeline: Any) -> FlowFamily:
    family = family_of_pipeline(type(pipeline).__name__)
    if family is None:
        raise ModelError(f"{type(pipeline).__name__}: is not a pipeline of a flow-matching model")
    return family


def _lora_parts(pipeline: Any) -> dict[str, Any]:
    """Returns the parts that LoRA files change, by their names there."""
    parts = {part: getattr(pipeline, part, None) for part in ("transformer", *TEXT_PARTS)}
    # kohya's LoRA files call T5 the third text encoder, also for Flux, where it is the second.
    parts["text_encoder_3"] = parts["text_encoder_3"] or parts["text_encoder_2"]
    return {name: part for name, part in parts.items() if part is not None}


def _network_alone(pipeline: Any) -> Any:
    """Returns a pipeline without text encoders and VAE, which is called with embeddings and latents.

    Flux.2's keeps its VAE, whose statistics Klein's pipeline reads, and no other VAE has.
    """
    texts = ("text_encoder", "tokenizer", "image_encoder", "feature_extractor")
    names = texts if hasattr(pipeline.vae, "bn") else (*texts, "vae")
    return pipeline_without(pipeline, names)
