"""Parts of a loaded diffusers pipeline: text encoders on a device for a while, a pipeline without some."""

import inspect
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch


@contextmanager
def encoders_on(pipeline: Any, names: Sequence[str], device: torch.device) -> Iterator[None]:
    """Has the text encoders of a pipeline on a device within a block, and on the CPU after it.

    They are the largest part of some models, and a film needs them for a few texts only.

    Args:
        pipeline: A diffusers pipeline.
        names: Names of the text encoders among its components; those that it lacks are passed over.
        device: The device.
    """
    encoders = [getattr(pipeline, name, None) for name in names]
    there = [encoder for encoder in encoders if encoder is not None]
    try:
        for encoder in there:
            encoder.to(device)
        yield
    finally:
        for encoder in there:
            encoder.to("cpu")


def pipeline_without(pipeline: Any, beginnings: tuple[str, ...]) -> Any:
    """Returns a pipeline of the same class and settings without some of its components.

    Args:
        pipeline: A diffusers pipeline.
        beginnings: What the names of those components begin with.
    """
    parts = {
        name: None if name.startswith(beginnings) else part for name, part in pipeline.components.items()
    }
    arguments = inspect.signature(type(pipeline).__init__).parameters
    settings = {name: pipeline.config[name] for name in arguments if name in pipeline.config}
    without = type(pipeline)(**{**settings, **parts})
    without.set_progress_bar_config(disable=True)
    return without
