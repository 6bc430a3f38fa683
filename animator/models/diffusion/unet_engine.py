"""`UNetEngine`: Stable Diffusion 1, 2 and XL, sampled by our own loop over diffusers' components."""

import math
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cached_property, partial
from itertools import count

import torch
from torch import Tensor

from animator.errors import ModelError
from animator.models.diffusion.additions import added_to
from animator.models.diffusion.batch import form_of, in_groups
from animator.models.diffusion.checkpoints.identify import FAMILY_NAMES
from animator.models.diffusion.controlnet.networks import ControlNets
from animator.models.diffusion.denoiser import Denoiser
from animator.models.diffusion.engine import Engine
from animator.models.diffusion.hold import hold_of
from animator.models.diffusion.hypernetwork.kept import Hypernetworks
from animator.models.diffusion.image_inputs import edited_input, inpaint_input
from animator.models.diffusion.initial_latent import image_latent, initial_latent
from animator.models.diffusion.ip_adapter.adapters import IPAdapters
from animator.models.diffusion.ip_adapter.load import load_adapter
from animator.models.diffusion.ip_adapter.name import AdapterName
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.lora.apply import LoraLayers
from animator.models.diffusion.observer import EnoughSteps, StepReports, latents_of, stepwise
from animator.models.diffusion.prepare import prepare
from animator.models.diffusion.preview import RGBFactors, factors_of, latent_preview
from animator.models.diffusion.prompts.conditioning import PromptEncoder, Takes
from animator.models.diffusion.reference import references_of
from animator.models.diffusion.relay import Relay
from animator.models.diffusion.request import GenerationRequest, input_scale
from animator.models.diffusion.samplers.latent_noise import LatentNoise
from animator.models.diffusion.samplers.model_sigmas import ModelSigmas
from animator.models.diffusion.samplers.registry import find_sampler
from animator.models.diffusion.samplers.sampler import Denoise, NoiseSampler
from animator.models.diffusion.speed import compile_unet, do_nothing
from animator.models.diffusion.tiling import set_tiling
from animator.models.diffusion.together import Together
from animator.models.diffusion.unet_model import UNetModel
from animator.models.diffusion.unet_patches.patched import check_patchable, patched

OpenEngine = Callable[[str], Engine]
"""Opens the engine of a checkpoint's name."""


class UNetEngine:
    """A checkpoint with a U-Net, sampled by our own loop over diffusers' components."""

    def __init__(
        self, model: UNetModel, options: LoadOptions, device: torch.device, open_engine: OpenEngine
    ) -> None:
        """Prepares a model and moves it to the device.

        Args:
            model: The checkpoint's components.
            options: Speed, memory, precision and tiling.
            device: Device that generates.
            open_engine: Opens the engine of a refiner on the device; it may move this one off it.
        """
        self._model = model
        self._options = options
        self._device = device
        self._open_engine = open_engine
        self.precision = prepare(model, options, device)
        self._dtype = model.unet.dtype
        self._loras = LoraLayers(model.name, model.family, model.parts)
        self._prompt_encoder = PromptEncoder(model.encoders, options.library, device, self._dtype)
        self._controlnets = ControlNets(model.unet, model.autoencoder, options.library)
        is_low = options.memory == "low"
        self._ip_adapters = IPAdapters(
            model.unet, load_adapter, model.autoencoder, options.library, encodes_on_cpu=is_low
        )
        self._hypernetworks = Hypernetworks()
        self._sigmas = ModelSigmas(model.noise_schedule, model.schedule_type)
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
        self._ip_adapters.to(device)

    def upcast_vae(self) -> bool:
        """Has the VAE compute in single precision; False where it does already."""
        vae = self._model.autoencoder.model
        if vae.dtype == torch.float32:
            return False
        vae.to(torch.float32)
        return True

    def guide(self, controlnets: Sequence[str], ip_adapters: Sequence[AdapterName] = ()) -> None:
        """Loads ControlNets and IP-Adapters before the first generation; see `Engine`."""
        self._controlnets.load(controlnets)
        self._ip_adapters.load(ip_adapters)

    def generate(self, request: GenerationRequest) -> Tensor:
        """Returns the generated image; see `Engine`.

        Raises:
            ModelError: A file that the request names is not available or does not fit the model, or the model
                cannot do what it asks for.
            GenerationStopped: The request's observer stopped it.
        """
        return self.generate_batch([request])[0]

    def steps_run(self, request: GenerationRequest) -> int:
        """Returns the number of steps that a request runs; see `Engine`."""
        return request.steps_run

    @torch.no_grad()
    def generate_batch(self, requests: Sequence[GenerationRequest]) -> list[Tensor]:
        """Returns the generated images; see `Engine`; one after the other with low memory. One stops all."""
        positions = count()
        is_low = self._options.memory == "low"

        def key(request: GenerationRequest) -> Hashable:
            is_alone = is_low or find_sampler(request.sampler).calls_per_step is None
            prompts = self._prompt_encoder
            files = prompts.loras(request.prompt), prompts.hypernetworks(request.prompt)
            return form_of(request, request.steps_run), files, next(positions) if is_alone else -1

        return in_groups(self._generate_alike, requests, key)

    @torch.no_grad()
    def generate_latent(self, request: GenerationRequest) -> Tensor:
        """Returns the latent of the generated image; errors as `generate`."""
        latents, _ = self._sample([request])
        return latents

    @torch.no_grad()
    def encode(self, image: Tensor) -> Tensor:
        """Returns the latent of an image; see `Engine`."""
        return self._model.autoencoder.encode(image)

    @torch.no_grad()
    def decode(self, latent: Tensor, size: tuple[int, int]) -> Tensor:
        """Returns the image of a latent; see `Engine`."""
        return self._model.autoencoder.decode(latent, size)

    @contextmanager
    def denoising(
        self, requests: Sequence[GenerationRequest], sigmas: tuple[float, ...]
    ) -> Iterator[Denoise]:
        """Yields the model as it denoises the latents of requests of one form, within a `with` block.

        Args:
            requests: The requests, whose LoRA files, hypernetworks and tiling are those of the first.
            sigmas: Of the steps that run.

        Raises:
            ModelError: As for `generate`.
        """
        first, model = requests[0], self._model
        is_refiner = model.family == "sdxl-refiner"  # which no LoRA and no hypernetwork is made for
        files = () if is_refiner else self._prompt_encoder.hypernetworks(first.prompt)
        hypernetworks = self._hypernetworks.open(files)
        check_patchable(
            first, has_hypernetworks=bool(hypernetworks), is_compiled=self._options.speed == "compiled"
        )
        guides = [self._controlnets.guides(request.controls) for request in requests]  # loads them
        shown = [self._ip_adapters.embed(request.image_prompts) for request in requests]
        layers = self._ip_adapters.layers(first.image_prompts)
        set_tiling(
            (model.unet, model.autoencoder.model, *self._controlnets), first.tiling or self._options.tiling
        )
        self._loras.apply(() if is_refiner else self._prompt_encoder.loras(first.prompt))
        references = [references_of(request, model.autoencoder.encode) for request in requests]
        lites = self._controlnets.lites(control for request in requests for control in request.controls)
        with added_to(model.unet, layers, lites, has_references=any(references)) as additions:
            seen = zip(requests, guides, shown, references, strict=True)
            denoisers = [
                replace(
                    self._denoiser(request, sigmas),
                    guides=own,
                    image_prompts=images,
                    references=others,
                    **additions,
                )
                for request, own, images, others in seen
            ]
            with patched(model.unet, first, hypernetworks, Together(tuple(denoisers)), sigmas) as denoise:
                yield denoise

    def _generate_alike(self, requests: Sequence[GenerationRequest]) -> list[Tensor]:
        """Returns the images (3, H, W) of requests of one form."""
        latents, engine = self._sample(requests)
        images: list[Tensor] = []
        for index, request in enumerate(requests):
            image = engine.decode(latents[index : index + 1], request.size)
            if request.mask is not None and request.image is not None:
                image = request.image.lerp(image, request.mask)
            images.append(image)
        return images

    def _sample(self, requests: Sequence[GenerationRequest]) -> tuple[Tensor, "UNetEngine"]:
        """Returns the denoised latents (N, C, h, w) of requests of one form, and the last step's engine."""
        first, model = requests[0], self._model
        sampler = find_sampler(first.sampler)
        sigmas = self._sigmas.of(sampler, first)
        with self.denoising(requests, sigmas) as denoise, self._relay(requests, sigmas, denoise) as relay:
            vae = model.autoencoder
            shape = vae.latent_shape(first.size)
            noises = [LatentNoise.of(request.seed, shape, self._device) for request in requests]
            starts = [
                initial_latent(request, vae, sigmas[0], noise, image_latent(request, vae))
                for request, noise in zip(requests, noises, strict=True)
            ]
            noise_sampler = NoiseSampler(
                lambda: torch.cat([noise.draw() for noise in noises]),
                first.ddim_eta if sampler.noise == "ddim_eta" else first.ancestral_eta,
                model.noise_schedule.sigma_at,
            )
            watched = stepwise(relay, sigmas, [self._reports(request) for request in requests])
            try:
                x = sampler.solve(watched, torch.cat(starts), sigmas, noise_sampler)
            except EnoughSteps as enough:
                return latents_of(enough), relay.engine
        return x / math.sqrt(sigmas[-1] ** 2 + 1), relay.engine

    @contextmanager
    def _relay(
        self, requests: Sequence[GenerationRequest], sigmas: tuple[float, ...], denoise: Denoise
    ) -> Iterator[Relay["UNetEngine"]]:
        """Yields this model, followed by the requests' refiner if they have one, within a `with` block."""
        first = requests[0]
        refiner = first.refiner
        with ExitStack() as stack:
            if refiner is None or refiner.checkpoint == self._model.name:
                yield Relay(self, denoise, sigmas)
                return

            def take_over() -> tuple[UNetEngine, Denoise]:
                engine = self._open_refiner(refiner.checkpoint)
                # ControlNets and IP-Adapters are made for the first model.
                bare = [replace(request, controls=(), image_prompts=()) for request in requests]
                return engine, stack.enter_context(engine.denoising(bare, sigmas))

            step = refiner.first_step(first.steps, first.steps_run)
            yield Relay(self, denoise, sigmas, step, take_over)

    def _open_refiner(self, name: str) -> "UNetEngine":
        """Returns the engine of a refiner, on the device.

        Raises:
            ModelError: It cannot be loaded, or has other latents than this model.
        """
        engine = self._open_engine(name)
        if isinstance(engine, UNetEngine) and engine.model.shares_latents(self._model):
            return engine
        raise ModelError(
            f"refiner {name}: has other latents than the model {self._model.name}, which is "
            f"{FAMILY_NAMES[self._model.family]}; use a refiner of the same base"
        )

    def _reports(self, request: GenerationRequest) -> StepReports | None:
        if request.observer is None:
            return None
        preview = partial(latent_preview, factors=self._factors)
        return StepReports(request.observer, request.steps_run, preview)

    @cached_property
    def _factors(self) -> RGBFactors:
        return factors_of(self._model.latents, self._model.autoencoder)

    def _denoiser(self, request: GenerationRequest, sigmas: tuple[float, ...]) -> Denoiser:
        """Returns what denoises a request's latent, without what guides it."""
        model, device, dtype = self._model, self._device, self._dtype
        takes = Takes(scale=model.is_guidance_distilled, image=model.is_editing)
        is_refiner = model.family == "sdxl-refiner"
        return Denoiser(
            unet=model.unet,
            noise_schedule=model.noise_schedule,
            prediction=model.prediction,
            guidance=self._prompt_encoder.guidance(request, self._loras.text_state, takes),
            sigmas=sigmas,
            sizes=model.sizes(request.size, device, dtype),
            negative_sizes=model.sizes(request.size, device, dtype, is_negative=True) if is_refiner else None,
            scale_embedding=model.scale_embedding(input_scale(request), device, dtype),
            inpaint=inpaint_input(model, request, device),
            hold=hold_of(request, model.autoencoder, is_inpainting=model.is_inpainting),
            edited=edited_input(model, request, device),
            rows_at_once=1 if self._options.memory == "low" else 64,
            before_call=self._before_call,
        )
