"""`StableDiffuser`: the `Diffuser` of diffusers' models; `open_diffuser` opens it."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from animator.models.device import choose_device
from animator.models.diffusion.batch import in_groups
from animator.models.diffusion.built_in.load import KIND, load_built_in, loads_built_in
from animator.models.diffusion.checkpoints.find import Checkpoint, find_checkpoint
from animator.models.diffusion.checkpoints.model_info import ModelInfo
from animator.models.diffusion.controlnet.find import find_controlnet
from animator.models.diffusion.engine import Engine
from animator.models.diffusion.inpaint import inpaint, inpaint_all
from animator.models.diffusion.ip_adapter.find import find_adapter
from animator.models.diffusion.load_options import LoadOptions, Precision
from animator.models.diffusion.load_pipeline import load_pipeline
from animator.models.diffusion.memory import explain_out_of_memory
from animator.models.diffusion.model_cache import ModelCache
from animator.models.diffusion.network_files.components import rest_of
from animator.models.diffusion.plugin import find_plugin
from animator.models.diffusion.precision import load_dtype
from animator.models.diffusion.request import Diffuser, GenerationRequest
from animator.models.diffusion.retry import generate_all_with_retry, generate_with_retry
from animator.models.diffusion.unet_engine import UNetEngine
from animator.models.diffusion.unet_model import UNetModel


class StableDiffuser:
    """Generates images with Stable Diffusion or Flux checkpoints; open it with `open_diffuser`.

    Threads may share it: each generation has the model, with its LoRA files, to itself.
    """

    def __init__(self, model: str, device: torch.device, options: LoadOptions) -> None:
        """Loads a film's model.

        Args:
            model: Checkpoint for requests that name none.
            device: Device that generates.
            options: How models are found, loaded and run.

        Raises:
            ModelError: The model, a ControlNet or an IP-Adapter is missing, broken or of an unsupported kind.
        """
        self._model = model
        self._device = device
        self._options = options
        self._records: dict[str, ModelInfo] = {}
        self._lock = threading.RLock()
        self._models = ModelCache(self._load, device)
        first = self._models.load(model)
        first.guide(options.controlnets, options.ip_adapters)
        if options.measured_at is not None:  # the other checkpoints have the precision measured for this one
            self._options = replace(options, precision=first.precision, measured_at=None)
        self._precision = first.precision
        for name in options.controlnets:
            checkpoint = find_controlnet(name, options.library)
            self._records[f"controlnet {name}"] = ModelInfo(checkpoint, "ControlNetModel")
        for adapter in options.ip_adapters:
            for record in find_adapter(adapter, options.library).files:
                self._records[f"ip_adapter {record.location}"] = ModelInfo(record, "IPAdapter")

    def generate(self, request: GenerationRequest) -> Tensor:
        """Returns the generated image (3, H, W); see `Diffuser`.

        Raises:
            ModelError: A model, sampler or file that the request names is not available.
            AnimatorError: The model returned NaN, or memory ran out.
        """
        with self._lock, explain_out_of_memory(request, self._device):
            engine = self._engine_of(request.checkpoint)
            return inpaint(
                lambda part: generate_with_retry(engine.generate, part, engine.upcast_vae), request
            )

    def generate_batch(self, requests: Sequence[GenerationRequest]) -> list[Tensor]:
        """Returns the generated image (3, H, W) of each request; see `batch.generate_batch`.

        Raises:
            ModelError: A model, sampler or file that a request names is not available.
            AnimatorError: The model returned NaN, or memory ran out.
        """
        if not requests:
            return []
        with self._lock, explain_out_of_memory(requests[0], self._device):
            return inpaint_all(partial(in_groups, self._generate_alike, key=_checkpoint_of), requests)

    def _generate_alike(self, requests: Sequence[GenerationRequest]) -> list[Tensor]:
        """Returns the images (3, H, W) of requests for one checkpoint."""
        engine = self._engine_of(requests[0].checkpoint)
        return generate_all_with_retry(engine.generate_batch, requests, engine.upcast_vae)

    def steps_run(self, request: GenerationRequest) -> int:
        """Returns the number of steps that a request runs, which differs between kinds of models."""
        with self._lock:
            return self._engine_of(request.checkpoint).steps_run(request)

    def generate_latent(self, request: GenerationRequest) -> Tensor:
        """Returns the latent (1, C, h, w) of a request's image; see `LatentDiffuser`."""
        with self._lock, explain_out_of_memory(request, self._device):
            return self._engine_of(request.checkpoint).generate_latent(request)

    def encode(self, image: Tensor, checkpoint: str = "") -> Tensor:
        """Returns the latent (1, C, h, w) of an image (3, H, W); see `LatentDiffuser`."""
        with self._lock:
            return self._engine_of(checkpoint).encode(image)

    def decode(self, latent: Tensor, size: tuple[int, int], checkpoint: str = "") -> Tensor:
        """Returns the image (3, H, W) of a latent (1, C, h, w); see `LatentDiffuser`."""
        with self._lock:
            return self._engine_of(checkpoint).decode(latent, size).clamp(0.0, 1.0)

    def _engine_of(self, checkpoint: str) -> Engine:
        """Returns the engine of a request's checkpoint, on the device."""
        return self._models.load(checkpoint or self._model)

    def engine(self) -> Engine:
        """Returns the engine of the film's model."""
        return self._models.load(self._model)

    @property
    def precision(self) -> Precision:
        """The precision of the film's model, never "auto"."""
        return self._precision

    @property
    def records(self) -> tuple[ModelInfo, ...]:
        """The models loaded so far."""
        return tuple(self._records.values())

    def _load(self, name: str) -> Engine:
        checkpoint = find_checkpoint(name, self._options.library)
        if loads_built_in(checkpoint, self._options):
            self._records[name] = ModelInfo(checkpoint, KIND)
            dtype = load_dtype(self._options.precision, self._device, is_transformer=False)
            built_in = load_built_in(dtype)
            return UNetEngine(built_in, self._options, self._device, self._models.load)
        pipeline = load_pipeline(checkpoint, self._options, self._device)
        pipeline.set_progress_bar_config(disable=True)
        kind = type(pipeline).__name__
        # Loads diffusers, as `load_pipeline` did: seconds that the built-in model does without.
        from animator.models.diffusion.flow_matching.engine import FlowEngine, is_flow_matching

        if is_flow_matching(pipeline):
            self._records[name] = ModelInfo(checkpoint, kind)
            for part, path in rest_of(checkpoint, self._options).items():
                where = Checkpoint(str(path), str(path), "folder" if path.is_dir() else "file")
                self._records[f"{part} {path}"] = ModelInfo(where, part)
            return FlowEngine(name, pipeline, self._options, self._device)
        model = UNetModel.of(name, pipeline)
        self._records[name] = ModelInfo(checkpoint, kind, is_inpainting=model.is_inpainting)
        return UNetEngine(model, self._options, self._device, self._models.load)


def _checkpoint_of(request: GenerationRequest) -> str:
    return request.checkpoint


def open_diffuser(
    model: str | Path,
    device: torch.device | str = "auto",
    options: LoadOptions = LoadOptions(),  # noqa: B008
) -> Diffuser:
    """Opens the diffuser of a model: half precision on GPUs, float32 on CPUs, unless the options say other.

    Args:
        model: "starter", a diffusers folder, a .safetensors file, a name in the model folders, a hub id, or
            `NAME:REST` of a plugin; see `plugin`.
        device: Device that generates: "auto", "cpu", "cuda", "mps" or a torch device.
        options: How models are found, loaded and run.

    Raises:
        ModelError: The model is missing, broken or of an unsupported kind.
        PluginError: The plugin of the diffuser is broken.
        UserError: This machine has no such device.
    """
    chosen = choose_device(device)
    offer = find_plugin(str(model), options.library)
    return offer.open(chosen, options) if offer else StableDiffuser(str(model), chosen, options)
