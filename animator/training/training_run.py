"""The training stages of the built-in model, and where each keeps its files.

The folder of a training run has `pictures/<size>` and `pictures/held_out-<size>`, `tokenizer`, and one folder
per stage with its state, its loss curve and the averaged weights it ended with, `result.safetensors`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save
from torch import nn
from transformers import CLIPTokenizer

from animator.core.atomic import atomic_write
from animator.errors import UserError
from animator.training import data
from animator.training.autoencoder import AutoencoderTask
from animator.training.compute import Compute
from animator.training.data import Images
from animator.training.denoiser import Dataset, DenoiserTask, Examples, SizeShare
from animator.training.distill import GUIDANCE_WIDTH, DistillTask
from animator.training.latents import cached_latents
from animator.training.loop import TrainConfig, train
from animator.training.networks import (
    FACTOR,
    Sizes,
    new_autoencoder,
    new_text_encoder,
    new_unet,
    open_part,
    with_guidance_input,
    without_guidance_input,
)
from animator.training.packing import pack
from animator.training.pca import fit_projection, write_projection
from animator.training.tokenizer import train_tokenizer

Report = Callable[[dict[str, float]], None]
AUTOENCODER, DENOISER, DISTILLED = "autoencoder", "denoiser", "distilled"
VOCABULARY = 1100  # tokens besides those of the bytes, at most
_FOR_PROJECTION = 500  # images


@dataclass(frozen=True)
class TrainingRun:
    """A folder in which the stages of one model are trained.

    Attributes:
        folder: Folder of images, states and results.
        compute: Device and precision.
        sizes: Sizes of new networks.
        base: Diffusers folder of the weights to start from; None initializes new networks.
        favored: Phrases of captions; each entry makes the denoiser sample their images once more.
    """

    folder: Path
    compute: Compute
    sizes: Sizes
    base: Path | None = None
    favored: tuple[str, ...] = ()

    def images(self, size: int, limit: int | None = None) -> Images:
        """Returns the training images of a size in pixels."""
        return data.read_images(self.folder / "pictures" / str(size), limit)

    def held_out(self, size: int) -> Images:
        """Returns the held-out images of a size in pixels."""
        return data.read_images(self.folder / "pictures" / f"held_out-{size}")

    def tokenizer(self) -> CLIPTokenizer:
        """Returns the tokenizer; the first call trains it on the captions of the images."""
        path = (self.base or self.folder) / "tokenizer"
        if not path.exists():
            captions = [label.caption for label in self.images(256).labels]
            train_tokenizer(captions, VOCABULARY).save_pretrained(path)
        tokenizer: CLIPTokenizer = CLIPTokenizer.from_pretrained(path)
        return tokenizer

    def train_autoencoder(self, config: TrainConfig, batch: int, report: Report, *, encoder: bool) -> None:
        """Trains the decoder of the autoencoder and, if `encoder` is true, its encoder as well."""
        images = self.images(256)
        vae = self._new_autoencoder()
        vae.encoder.requires_grad_(encoder)
        task = AutoencoderTask(vae, (images, self.held_out(256)), self.compute, batch)
        self._save_result(AUTOENCODER, train(task, config, self.folder / AUTOENCODER, report))

    def train_denoiser(self, config: TrainConfig, size_mix: Sequence[SizeShare], report: Report) -> None:
        """Trains the U-Net and the text encoder on latents of the autoencoder."""
        task = DenoiserTask(self._new_denoiser(), self._dataset(size_mix), size_mix, self.compute)
        self._save_result(DENOISER, train(task, config, self.folder / DENOISER, report))

    def distill(self, config: TrainConfig, size_mix: Sequence[SizeShare], report: Report) -> None:
        """Trains a denoiser that takes cfg_scale as an input, from the result of `train_denoiser`."""
        teacher, student = (self._load_result(DENOISER, self._new_denoiser()) for _ in range(2))
        for network in teacher.values():
            self.compute.prepare(network)
        student["unet"] = with_guidance_input(student["unet"], GUIDANCE_WIDTH)
        task = DistillTask(DenoiserTask(student, self._dataset(size_mix), size_mix, self.compute), teacher)
        self._save_result(DISTILLED, train(task, config, self.folder / DISTILLED, report))

    def pack(self, target: Path, stage: str) -> int:
        """Writes the model of a stage as a diffusers folder.

        Args:
            target: New or empty folder.
            stage: `denoiser` or `distilled`.

        Returns:
            Size of the weights in bytes.
        """
        networks = self._new_denoiser()
        if stage == DISTILLED:
            networks["unet"] = with_guidance_input(networks["unet"], GUIDANCE_WIDTH)
        networks = self._load_result(stage, networks)
        networks["vae"] = self._autoencoder()
        return pack(networks, self.tokenizer(), target)

    def _dataset(self, size_mix: Sequence[SizeShare]) -> Dataset:
        examples, held_out = (self._examples(size_mix, held_out=held_out) for held_out in (False, True))
        return Dataset(examples, held_out, self.tokenizer(), self.favored)

    def _examples(self, size_mix: Sequence[SizeShare], *, held_out: bool) -> Examples:
        """Returns latents of the sides in a size mix; those up to 32 come from images of 256 pixels."""
        vae, device = self.compute.prepare(self._autoencoder()), self.compute.device
        latents: dict[int, torch.Tensor] = {}
        captions: dict[int, list[str]] = {}
        for side in sorted({share.side for share in size_mix}):
            size = max(256, side * FACTOR)
            images = self.held_out(size) if held_out else self.images(size)
            latents[side] = cached_latents(self.folder / "pictures", images, vae, side, device).to(device)
            captions[side] = [label.caption for label in images.labels]
        return Examples(latents, captions)

    def _new_autoencoder(self) -> Any:
        if self.base:
            return open_part(self.base, "vae")
        vae = new_autoencoder(self.sizes)
        images = next(self.images(256).batches(_FOR_PROJECTION))
        write_projection(vae, fit_projection(images))
        return vae

    def _autoencoder(self) -> Any:
        """Returns the trained autoencoder, or the initial one if none was trained."""
        trained = (self.folder / AUTOENCODER / "result.safetensors").exists()
        vae = self._new_autoencoder() if self.base or not trained else new_autoencoder(self.sizes)
        networks = nn.ModuleDict({"vae": vae})
        return self._load_result(AUTOENCODER, networks)["vae"] if trained else vae

    def _new_denoiser(self) -> nn.ModuleDict:
        if self.base:
            unet = open_part(self.base, "unet")
            if unet.config.time_cond_proj_dim:
                unet = without_guidance_input(unet)
            return nn.ModuleDict({"unet": unet, "text_encoder": open_part(self.base, "text_encoder")})
        text = new_text_encoder(self.sizes, self.tokenizer())
        return nn.ModuleDict({"unet": new_unet(self.sizes), "text_encoder": text})

    def _load_result(self, stage: str, networks: nn.ModuleDict) -> nn.ModuleDict:
        """Loads the weights that a stage ended with into the networks, and returns the networks."""
        path = self.folder / stage / "result.safetensors"
        if not path.exists():
            raise UserError(f"{path} is missing; first run python -m animator.training.train {stage}")
        networks.load_state_dict(load_file(path))
        return networks

    def _save_result(self, stage: str, networks: nn.ModuleDict) -> None:
        if not self.compute.distributed.is_main:
            return
        weights = {key: value.detach().cpu().contiguous() for key, value in networks.state_dict().items()}
        atomic_write(self.folder / stage / "result.safetensors", save(weights))
