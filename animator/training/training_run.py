"""The stages of training in their order, and where each keeps its things.

A training_run is a folder: `pictures/<size>` and `pictures/held_out-<size>`, `tokenizer`, and one folder
per stage with its state, its curve and, in `result`, the mean of its weights.
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
from animator.training.latents import latents
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
from animator.training.pca import projection, write_projection
from animator.training.tokenizer import learn

Report = Callable[[dict[str, float]], None]
CODER, DENOISER, DISTILLED = "autoencoder", "denoiser", "distilled"
VOCABULARY = 1100  # tokens beside those of the bytes, at most
_FOR_PROJECTION = 500  # images


@dataclass(frozen=True)
class TrainingRun:
    """A folder of trainings.

    Attributes:
        folder: Where everything is kept.
        compute: Device and precision.
        sizes: Of new networks.
        start: A diffusers folder whose weights are gone on with; None begins with new ones.
        favored: Words of captions; each makes the denoiser learn its images once more.
    """

    folder: Path
    compute: Compute
    sizes: Sizes
    start: Path | None = None
    favored: tuple[str, ...] = ()

    def images(self, size: int, limit: int | None = None) -> Images:
        """The images of a size to train on."""
        return data.read(self.folder / "pictures" / str(size), limit)

    def held_out(self, size: int) -> Images:
        """The images of a size to measure on."""
        return data.read(self.folder / "pictures" / f"held_out-{size}")

    def tokenizer(self) -> CLIPTokenizer:
        """The tokenizer, learnt from the captions of the first call."""
        path = (self.start or self.folder) / "tokenizer"
        if not path.exists():
            learn([label.caption for label in self.images(256).labels], VOCABULARY).save_pretrained(path)
        tokenizer: CLIPTokenizer = CLIPTokenizer.from_pretrained(path)
        return tokenizer

    def train_coder(self, course: TrainConfig, batch: int, report: Report, *, encoder: bool) -> None:
        """The autoencoder; `encoder` says whether its encoder moves, too."""
        images = self.images(256)
        vae = self._new_coder()
        vae.encoder.requires_grad_(encoder)
        task = AutoencoderTask(vae, (images, self.held_out(256)), self.compute, batch)
        self._keep(CODER, train(task, course, self.folder / CODER, report))

    def train_denoiser(self, course: TrainConfig, size_mix: Sequence[SizeShare], report: Report) -> None:
        """The U-Net and the text encoder, on latents of the autoencoder."""
        task = DenoiserTask(self._new_denoiser(), self._material(size_mix), size_mix, self.compute)
        self._keep(DENOISER, train(task, course, self.folder / DENOISER, report))

    def distill(self, course: TrainConfig, size_mix: Sequence[SizeShare], report: Report) -> None:
        """A denoiser that takes cfg_scale as an input, from the one trained."""
        teacher, student = (self._result(DENOISER, self._new_denoiser()) for _ in range(2))
        for network in teacher.values():
            self.compute.ready(network)
        student["unet"] = with_guidance_input(student["unet"], GUIDANCE_WIDTH)
        task = DistillTask(DenoiserTask(student, self._material(size_mix), size_mix, self.compute), teacher)
        self._keep(DISTILLED, train(task, course, self.folder / DISTILLED, report))

    def pack(self, target: Path, stage: str) -> int:
        """Writes the model of a stage, `denoiser` or `distilled`; returns the bytes of its weights."""
        networks = self._new_denoiser()
        if stage == DISTILLED:
            networks["unet"] = with_guidance_input(networks["unet"], GUIDANCE_WIDTH)
        networks = self._result(stage, networks)
        networks["vae"] = self._coder()
        return pack(networks, self.tokenizer(), target)

    def _material(self, size_mix: Sequence[SizeShare]) -> Dataset:
        examples, held_out = (self._examples(size_mix, held_out=held_out) for held_out in (False, True))
        return Dataset(examples, held_out, self.tokenizer(), self.favored)

    def _examples(self, size_mix: Sequence[SizeShare], *, held_out: bool) -> Examples:
        """The latents that a size_mix asks for, those of up to 32 from images of 256."""
        vae = self.compute.ready(self._coder())
        found: dict[int, torch.Tensor] = {}
        captions: dict[int, list[str]] = {}
        for side in sorted({portion.side for portion in size_mix}):
            size = max(256, side * FACTOR)
            images = self.held_out(size) if held_out else self.images(size)
            folder = self.folder / "pictures"
            found[side] = latents(folder, images, vae, side, self.compute.device).to(self.compute.device)
            captions[side] = [label.caption for label in images.labels]
        return Examples(found, captions)

    def _new_coder(self) -> Any:
        if self.start:
            return open_part(self.start, "vae")
        vae = new_autoencoder(self.sizes)
        images = next(self.images(256).batches(_FOR_PROJECTION))
        write_projection(vae, projection(images))
        return vae

    def _coder(self) -> Any:
        """The trained autoencoder, or the one of the start."""
        trained = (self.folder / CODER / "result.safetensors").exists()
        vae = self._new_coder() if self.start or not trained else new_autoencoder(self.sizes)
        networks = nn.ModuleDict({"vae": vae})
        return self._result(CODER, networks)["vae"] if trained else vae

    def _new_denoiser(self) -> nn.ModuleDict:
        if self.start:
            unet = open_part(self.start, "unet")
            if unet.config.time_cond_proj_dim:
                unet = without_guidance_input(unet)
            return nn.ModuleDict({"unet": unet, "text_encoder": open_part(self.start, "text_encoder")})
        text = new_text_encoder(self.sizes, self.tokenizer())
        return nn.ModuleDict({"unet": new_unet(self.sizes), "text_encoder": text})

    def _result(self, stage: str, networks: nn.ModuleDict) -> nn.ModuleDict:
        """The networks with the weights that a stage ended with."""
        path = self.folder / stage / "result.safetensors"
        if not path.exists():
            raise UserError(f"{path} is missing; first run python -m animator.training.train {stage}")
        networks.load_state_dict(load_file(path))
        return networks

    def _keep(self, stage: str, networks: nn.ModuleDict) -> None:
        if not self.compute.team.leads:
            return
        held = {key: value.detach().cpu().contiguous() for key, value in networks.state_dict().items()}
        atomic_write(self.folder / stage / "result.safetensors", save(held))
