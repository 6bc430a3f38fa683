"""`StableDiffuser`: the diffuser of a film on diffusers' models, with its checkpoints at hand."""

from pathlib import Path

import torch
from torch import Tensor

from animator.models.device import choose_device
from animator.models.diffusion.checkpoints.find import find_checkpoint
from animator.models.diffusion.checkpoints.model_info import ModelInfo
from animator.models.diffusion.controlnet.find import find_controlnet
from animator.models.diffusion.engine import Engine, UNetEngine
from animator.models.diffusion.inpaint import inpaint
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.load_pipeline import load_pipeline
from animator.models.diffusion.memory import explained
from animator.models.diffusion.model_cache import ModelCache
from animator.models.diffusion.plugin import offer_of
from animator.models.diffusion.request import Diffuser, GenerationRequest
from animator.models.diffusion.retry import generate_with_retry
from animator.models.diffusion.transformer_engine import TransformerEngine, is_transformer
from animator.models.diffusion.unet_model import UNetModel


class StableDiffuser:
    """Draws with Stable Diffusion checkpoints; build it with `open_diffuser`."""

    def __init__(self, model: str, device: torch.device, options: LoadOptions) -> None:
        """Loads a film's model.

        Args:
            model: Name of the checkpoint for requests that name none.
            device: Where it draws.
            options: How models are found, loaded and run.

        Raises:
            ModelError: The model or a ControlNet is missing, broken or of a kind that cannot draw.
        """
        self._model = model
        self._device = device
        self._options = options
        self._records: dict[str, ModelInfo] = {}
        self._shelf = ModelCache(self._load, device)
        self._shelf.load(model).guide(options.controlnets)
        for name in options.controlnets:
            place = find_controlnet(name, options.library)
            self._records[f"controlnet {name}"] = ModelInfo(place, "ControlNetModel")

    def generate(self, request: GenerationRequest) -> Tensor:
        """The drawn image (3, H, W); see `Diffuser`.

        Raises:
            ModelError: Something that the request names cannot be had.
            AnimatorError: The model gave numbers that are no image, or memory ran out.
        """
        with explained(request, self._device):
            engine = self._shelf.load(request.checkpoint or self._model)
            return inpaint(
                lambda part: generate_with_retry(engine.generate, part, engine.upcast_vae), request
            )

    def engine(self) -> Engine:
        """The engine of the film's model."""
        return self._shelf.load(self._model)

    @property
    def records(self) -> tuple[ModelInfo, ...]:
        """What was loaded so far."""
        return tuple(self._records.values())

    def _load(self, name: str) -> Engine:
        checkpoint = find_checkpoint(name, self._options.library)
        pipeline = load_pipeline(checkpoint, self._options, self._device)
        self._records[name] = ModelInfo(checkpoint, type(pipeline).__name__)
        pipeline.set_progress_bar_config(disable=True)
        if is_transformer(pipeline):
            return TransformerEngine(name, pipeline, self._options, self._device)
        return UNetEngine(UNetModel.of(name, pipeline), self._options, self._device)


def open_diffuser(
    model: str | Path,
    device: torch.device | str = "auto",
    options: LoadOptions = LoadOptions(),  # noqa: B008
) -> Diffuser:
    """Opens the diffuser of a model: half precision on GPUs, single on CPUs.

    Args:
        model: "starter", a diffusers folder, a .safetensors file, a name in the model folders, a hub id, or
            `NAME:REST` of another package; see `offered`.
        device: Where it draws: "auto", "cpu", "cuda", "mps" or a torch device.
        options: How models are found, loaded and run.

    Raises:
        ModelError: The model is missing, broken or of a kind that cannot draw.
        PluginError: The package that offers the diffuser is broken.
        UserError: This machine has no such device.
    """
    chosen = choose_device(device)
    offer = offer_of(str(model), options.library)
    return offer.open(chosen, options) if offer else StableDiffuser(str(model), chosen, options)
