"""Keeps what a pipeline computes on the host at each call and copies to the device, by shapes alone.

Such a copy would make the host wait at each step until the device has done all that was asked of it so far.
"""

from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any

import torch
from torch import Tensor

from animator.core.lru_cache import LRUCache
from animator.images.side_stream import to_device
from animator.models.diffusion.checkpoints.flow_families import FlowFamily

_PLACES = ("_prepare_latent_image_ids", "_prepare_latent_ids")
"""Methods of pipelines that return the places of an image's tokens."""
_KEPT = 64


def keep_ids(pipeline: Any, family: FlowFamily) -> None:
    """Has a pipeline compute the places of tokens once for each shape.

    Args:
        pipeline: A pipeline that is called with embeddings; it is changed.
        family: Its family.
    """
    if "" in family.texts:
        pipeline.encode_prompt = _kept_texts(pipeline.encode_prompt, family.texts)
    for name in _PLACES:
        if hasattr(pipeline, name):
            setattr(pipeline, name, _kept_places(getattr(pipeline, name)))


def move_tables(transformer: Any, device: torch.device) -> None:
    """Moves the tables of a network that are no buffers, and that it would copy to the device at each call.

    Args:
        transformer: The network.
        device: Its device.
    """
    embedder = getattr(transformer, "rope_embedder", None)
    tables = getattr(embedder, "freqs_cis", None)
    is_read_there = device.type != "mps"  # there, the network reads them on the host
    if embedder is not None and isinstance(tables, list) and is_read_there:
        embedder.freqs_cis = [to_device(table, device) for table in tables]


def _kept_texts(encode: Callable[..., Any], names: tuple[str, ...]) -> Callable[..., Any]:
    """Returns `encode_prompt` for embeddings: it returns them as they are, with what it makes beside them."""
    kept: LRUCache[Hashable, Any] = LRUCache(_KEPT)

    @wraps(encode)
    def encoded(**given: Any) -> Any:
        made = kept.get(_form(given), lambda: _without(encode(**given), names))
        return tuple(given.get(name) if name else own for name, own in zip(names, made, strict=True))

    return encoded


def _without(encoded: Any, names: tuple[str, ...]) -> tuple[Any, ...]:
    """Returns what `encode_prompt` made itself; None in place of the embeddings."""
    return tuple(None if name else own for name, own in zip(names, encoded, strict=True))


def _kept_places(prepare: Callable[..., Tensor]) -> Callable[..., Tensor]:
    kept: LRUCache[Hashable, Tensor] = LRUCache(_KEPT)

    @wraps(prepare)
    def places(*given: Any) -> Tensor:
        devices = [one.device for one in given if isinstance(one, Tensor)]

        def made() -> Tensor:
            ids = prepare(*given)
            return to_device(ids, devices[0]) if devices else ids

        return kept.get(_form(dict(enumerate(given))), made)

    return places


def _form(given: dict[Any, Any]) -> Hashable:
    """Returns what is equal for arguments with which a method returns the same, but for the embeddings."""
    return tuple(
        (name, (tuple(one.shape), one.dtype, one.device) if isinstance(one, Tensor) else repr(one))
        for name, one in given.items()
    )
