"""`VideoEstimator`: runs a network that sees the images of a film before the one whose depth it estimates.

What it sees is all that it knows: its answer is a function of these images, so that a film which is resumed
from them goes on to the same bits. What it keeps besides saves time only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import torch
from torch import Tensor

from animator.core.lru_cache import LRUCache
from animator.errors import ModelError
from animator.models.depth.estimator import Estimator, resize_output, resized
from animator.models.depth.video_depth_anything import ImageFeatures, VideoDepthAnything

_Cache = LRUCache[bytes, ImageFeatures]


def _no_features() -> _Cache:
    return LRUCache(1)


@dataclass(frozen=True)
class VideoEstimator(Estimator):
    """A loaded network that sees a film's past: a `VideoDepthModel`.

    Attributes:
        kept: Features of the images that it saw last, by their pixels.
    """

    kept: _Cache = field(default_factory=_no_features, compare=False, repr=False)

    @torch.no_grad()
    def raw(self, images: Tensor) -> Tensor:
        """Returns inverse depth (N, H, W) of images (N, 3, H, W), each as the first of a film."""
        return torch.stack([self.estimate_after(None, image) for image in images])

    @torch.no_grad()
    def estimate_after(self, past: Tensor | None, image: Tensor) -> Tensor:
        """Returns inverse depth (H, W) float32, larger = nearer, of the image after a film's past ones.

        Args:
            past: What `past_with` returned last; None at the start of a film. It may end with the image.
            image: (3, H, W), RGB in [0, 1].

        Raises:
            ModelError: The past is not one of this film.
        """
        view = self._view(image)
        if past is None or not torch.equal(past[-1:].to(view.device), view):
            past = self._appended(past, view)
        # A film of fewer images begins with more of its first one, as in the official program.
        missing = self.spec.window - len(past)
        features = [self._features(one) for one in past]
        output = self._network.last_depth([*[features[0]] * missing, *features]).float()
        return resize_output(output, (image.shape[-2], image.shape[-1]), self.spec.preparation.final)[0].to(
            image.device
        )

    def past_with(self, past: Tensor | None, image: Tensor) -> Tensor:
        """Returns the past of a film's next image: its first image, and the last ones up to this.

        Args:
            past: Of this image; None at the start of a film.
            image: (3, H, W), RGB in [0, 1].

        Returns:
            (n, 3, h, w), uint8, in the size in which the network sees images.

        Raises:
            ModelError: The past is not one of this film.
        """
        return self._appended(past, self._view(image))

    @property
    def _network(self) -> VideoDepthAnything:
        return cast("VideoDepthAnything", self.network)

    def _view(self, image: Tensor) -> Tensor:
        """Returns an image as the network sees it (1, 3, h, w), uint8."""
        device = next(self.network.parameters()).device
        small = resized(self.spec.preparation, image[None].to(device=device, dtype=torch.float32))
        return (small * 255.0).round().clamp(0, 255).to(torch.uint8)

    def _appended(self, past: Tensor | None, view: Tensor) -> Tensor:
        if past is None:
            return view
        if past.dtype != torch.uint8 or past.shape[1:] != view.shape[1:] or len(past) > self.spec.window:
            raise ModelError(
                f"depth model {self.spec.name}: the film's past images are {past.dtype} of shape "
                f"{tuple(past.shape)}; expected up to {self.spec.window} of {tuple(view.shape[1:])}, which "
                "this network saw; render the film anew"
            )
        film = torch.cat([past.to(view.device), view])
        return film if len(film) <= self.spec.window else torch.cat([film[:1], film[2:]])

    def _features(self, view: Tensor) -> ImageFeatures:
        """Returns the features of an image (3, h, w), uint8, always computed alone, to the same bits."""
        return self.kept.get(view.cpu().numpy().tobytes(), lambda: self._compute(view))

    def _compute(self, view: Tensor) -> ImageFeatures:
        dtype = next(self.network.parameters()).dtype
        normalized = self.spec.preparation.normalize.apply(view[None].float() / 255.0)
        return self._network.features(normalized.to(dtype))


def video_estimator(plain: Estimator) -> VideoEstimator:
    """Returns the estimator of a network that sees a film's past."""
    return VideoEstimator(plain.spec, plain.network, LRUCache(plain.spec.window))
