"""`load_built_in`: the built-in model without diffusers."""

from pathlib import Path
from typing import TypeVar

import numpy as np
import torch

from animator.errors import ModelError
from animator.models.diffusion.autoencoder import Autoencoder
from animator.models.diffusion.built_in.autoencoder import TinyAutoencoder
from animator.models.diffusion.built_in.config import Config
from animator.models.diffusion.built_in.network import Network
from animator.models.diffusion.built_in.text import TextModel, Tokenizer
from animator.models.diffusion.built_in.unet import UNet
from animator.models.diffusion.checkpoints.find import STARTER, Checkpoint
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.prompts.encode import TextEncoder, TextEncoders
from animator.models.diffusion.samplers.sigmas import NoiseSchedule
from animator.models.diffusion.unet_model import PIXELS, UNetModel
from animator.starter import model_folder

KIND = "StableDiffusionPipeline"
"""The class of diffusers that the model is, as records of a run say."""

FAMILY = "sd1"
_WEIGHTS = "diffusion_pytorch_model.safetensors"
_Made = TypeVar("_Made", bound=Network)


def loads_built_in(checkpoint: Checkpoint, options: LoadOptions) -> bool:
    """Returns True for the built-in model, unless options ask for what only diffusers' classes can.

    Those are another VAE, and the VAE in tiles.
    """
    is_plain = not options.vae and options.memory != "low"
    return is_plain and checkpoint.kind == "folder" and Path(checkpoint.location) == model_folder()


def load_built_in(dtype: torch.dtype) -> UNetModel:
    """Returns the built-in model on the CPU.

    Raises:
        ModelError: Its files are damaged.
    """
    from safetensors import SafetensorError

    folder = model_folder()
    try:
        unet = _network(UNet, folder / "unet", _WEIGHTS, dtype)
        vae = _network(TinyAutoencoder, folder / "vae", _WEIGHTS, dtype)
        text_model = _network(TextModel, folder / "text_encoder", "model.safetensors", dtype)
    except (OSError, SafetensorError) as error:
        raise ModelError(f"model {STARTER}: is corrupt: {error}; install animator again") from error
    texts = folder / "tokenizer"
    tokenizer = Tokenizer(texts / "tokenizer.json", Config.read(texts / "tokenizer_config.json"))
    scheduler = Config.read(folder / "scheduler" / "scheduler_config.json")
    encoder = TextEncoder(tokenizer, text_model, skips=1, is_normed=True)
    return UNetModel(
        name=STARTER,
        family=FAMILY,
        unet=unet,
        autoencoder=Autoencoder(vae, PIXELS),
        encoders=TextEncoders((encoder,), zero_when_empty=False),
        noise_schedule=_noise_schedule(scheduler),
        prediction=scheduler.prediction_type,
        schedule_type="Trailing" if scheduler.timestep_spacing == "trailing" else "",
    )


def _network(kind: type[_Made], folder: Path, weights: str, dtype: torch.dtype) -> _Made:
    """Returns a network with its weights, without initializing them first."""
    with torch.device("meta"):
        network = kind(Config.read(folder / "config.json"))
    network.read_weights(folder / weights, dtype)
    return network


def _noise_schedule(scheduler: Config) -> NoiseSchedule:
    """Returns the schedule of "scaled_linear": the square roots of the betas rise evenly."""
    first, last = scheduler.beta_start**0.5, scheduler.beta_end**0.5
    betas = torch.linspace(first, last, scheduler.num_train_timesteps, dtype=torch.float32) ** 2
    alphas = torch.cumprod(1.0 - betas, dim=0)
    return NoiseSchedule.of(np.asarray(alphas.to(torch.float64)), FAMILY)
