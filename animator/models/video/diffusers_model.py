"""`DiffusersVideoModel`: a video model as a pipeline of diffusers."""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from animator.core.lru_cache import LRUCache
from animator.errors import AnimatorError, ChangeSetting, ModelError
from animator.images.image import to_uint8
from animator.models.diffusion.memory import is_out_of_memory
from animator.models.diffusion.pipeline_parts import encoders_on, pipeline_without
from animator.models.diffusion.step_hook import begin_step
from animator.models.video.calls import Shot, calls_of
from animator.models.video.kinds import VideoKind
from animator.models.video.model import Between
from animator.models.video.times import generated_steps, shown_images

TEXTS_KEPT = 16
_MOST_MULTIPLE, _MOST_TIME_MULTIPLE = 128, 32
_TEXTS = ("text_encoder", "tokenizer")


class DiffusersVideoModel:
    """A video model; see `VideoModel`.

    The text encoder is on the device only while it encodes.
    """

    def __init__(
        self, name: str, kind: VideoKind, pipeline: Any, device: torch.device, *, is_low: bool = False
    ) -> None:
        """Moves a pipeline to the device.

        Args:
            name: Of the model, for messages.
            kind: Its kind.
            pipeline: Diffusers' pipeline of that kind, on the CPU.
            device: Where it runs.
            is_low: True keeps each network on the device only while it runs, encodes texts on the CPU and
                decodes in tiles.

        Raises:
            ModelError: Its sizes are not those of a video model.
        """
        self._name, self._kind, self._device = name, kind, device
        self._calls = calls_of(kind)
        self._encoders = pipeline
        self._encoder_device = torch.device("cpu") if is_low else device
        self._pipeline = pipeline_without(pipeline, _TEXTS)
        self._multiple = self._calls.multiple(self._pipeline)
        self._time_multiple = self._calls.time_multiple(self._pipeline)
        if not (1 <= self._multiple <= _MOST_MULTIPLE and 1 <= self._time_multiple <= _MOST_TIME_MULTIPLE):
            raise ModelError(
                f"{name}: compresses images {self._multiple} times and time {self._time_multiple} times; "
                f"expected at most {_MOST_MULTIPLE} and {_MOST_TIME_MULTIPLE}, as models of this kind do"
            )
        self._texts: LRUCache[str, Mapping[str, Any]] = LRUCache(TEXTS_KEPT)
        if is_low:
            self._pipeline.vae.enable_tiling()
        if is_low and device.type != "cpu":
            self._pipeline.enable_model_cpu_offload(device=device)
        else:
            self._pipeline.to(device)

    @torch.no_grad()
    def __call__(self, between: Between) -> Tensor:
        """Returns the images between (count, 3, H, W), RGB in [0, 1]; see `VideoModel`.

        Raises:
            AnimatorError: The model fails, or the memory is not enough.
        """
        needed = between.count + 1
        steps = generated_steps(needed, self._time_multiple)
        announced = _Steps(between.steps)
        height, width = between.first.shape[-2:]
        with self._explained(between, steps + 1, announced):
            images = self._generate(between, steps, announced)
            shown = images[list(shown_images(needed, steps)), :, :height, :width]
        if not bool(torch.isfinite(shown).all()):
            raise AnimatorError(
                f"frame {between.frame}: the video model {self._name} returned NaN instead of images; set "
                "diffusion.precision to bf16 or fp32"
            )
        return shown.to(between.first).clamp(0.0, 1.0).contiguous()

    def _generate(self, between: Between, steps: int, announced: "_Steps") -> Tensor:
        """Returns all images (steps + 1, 3, H, W) of the model, padded to its sizes."""
        announced.begin(0)
        rate = between.fps * steps / (between.count + 1)
        first, last = (self._padded(image) for image in (between.first, between.last))
        shot = Shot(_pil(first), _pil(last), steps + 1, rate)
        made = self._pipeline(
            **self._calls.images(shot),
            **self._texts_of(between),
            height=first.shape[-2],
            width=first.shape[-1],
            num_frames=shot.frames,
            num_inference_steps=between.steps,
            guidance_scale=between.guidance,
            generator=torch.Generator().manual_seed(between.seed),
            callback_on_step_end=announced.ended,
            output_type="pt",
        )
        images: Tensor = made.frames[0]
        return images

    def _texts_of(self, between: Between) -> dict[str, Any]:
        """Returns the prompt and, where the model is guided away from it, the negative prompt."""
        texts = dict(self._text(between.prompt))
        if between.guidance > 1.0:
            texts |= {f"negative_{name}": value for name, value in self._text(between.negative).items()}
        return texts

    def _text(self, text: str) -> Mapping[str, Any]:
        return self._texts.get(text, partial(self._encode, text))

    def _encode(self, text: str) -> Mapping[str, Any]:
        with encoders_on(self._encoders, _TEXTS[:1], self._encoder_device):
            encoded = self._calls.text(self._encoders, text, self._encoder_device)
        return {name: value.to(self._device) for name, value in encoded.items()}

    def _padded(self, image: Tensor) -> Tensor:
        """Returns an image (3, H, W) with its right and lower edge repeated up to a size of the model."""
        height, width = image.shape[-2:]
        edges = (0, -width % self._multiple, 0, -height % self._multiple)
        return functional.pad(image.unsqueeze(0), edges, mode="replicate")[0]

    @contextmanager
    def _explained(self, between: Between, images: int, announced: "_Steps") -> Iterator[None]:
        """Turns errors of the libraries inside the block into ones for people."""
        height, width = between.first.shape[-2:]
        what = f"frame {between.frame}: the video model {self._name}"
        saved = "the frames so far are complete, and the run can be resumed"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # deprecation warnings that a user cannot act on
            try:
                yield
            except AnimatorError:
                raise
            except Exception as error:  # whatever the libraries raise for a model that does not fit
                if error is announced.stopped:
                    raise
                if is_out_of_memory(error):
                    raise AnimatorError(
                        f"{what} ran out of memory on {self._device} for {images} images of {width} x "
                        f"{height}; {saved}. Use a smaller size, a lower diffusion.cadence, or save memory",
                        ChangeSetting("diffusion.memory", "low"),
                    ) from error
                reason = " ".join(str(error).split())[:500] or type(error).__name__
                raise AnimatorError(f"{what} failed: {reason}; {saved}") from error


class _Steps:
    """Announces the steps of a pipeline, and keeps what is raised to end them."""

    def __init__(self, steps: int) -> None:
        self.stopped: Exception | None = None
        self._steps = steps

    def begin(self, step: int) -> None:
        try:
            begin_step(step, self._steps)
        except Exception as error:  # of any kind: it is not the model's
            self.stopped = error
            raise

    def ended(self, pipeline: Any, step: int, timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        """Called by the pipeline after each step."""
        if step + 1 < self._steps:
            self.begin(step + 1)
        return tensors


def _pil(image: Tensor) -> Image.Image:
    return Image.fromarray(to_uint8(image))
