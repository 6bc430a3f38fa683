"""Opens the diffuser of a film: `SessionOptions`, `open_model`."""

from dataclasses import dataclass
from typing import Protocol

import torch

from animator.loop.build.models import check_models, load_options
from animator.models.diffusion.plugin import find_plugin
from animator.models.diffusion.request import Diffuser
from animator.models.diffusion.stable import open_diffuser
from animator.settings import Animation
from animator.timeline.timeline import Timeline


class OpenModel(Protocol):
    """Opens the diffuser of a film; see `open_model`."""

    def __call__(self, animation: Animation, device: torch.device) -> Diffuser:
        """Returns the diffuser."""
        ...


def open_model(animation: Animation, device: torch.device) -> Diffuser:
    """Opens the diffuser of a film; checks that every checkpoint and LoRA its frames name is there.

    Raises:
        ModelError: One is missing or broken.
    """
    check_film_models(animation)
    return open_diffuser(animation.model, device, load_options(animation))


def check_film_models(animation: Animation) -> None:
    """Checks that every checkpoint and LoRA that a film's frames name is there; errors as `open_model`.

    Beside `preflight`: a new run chooses its seed after that, and with it wildcards, which may name LoRAs.
    """
    options = load_options(animation)
    if find_plugin(animation.model, options.library) is None:  # a plug-in may read checkpoints its own way
        check_models(Timeline(animation), options)


@dataclass(frozen=True)
class SessionOptions:
    """Options of a session that renders a run.

    Attributes:
        diffuser: The diffusion model; None opens the one that the settings name.
        opener: Opens it.
        threads: CPU threads; None uses as many as the run was rendered with, or torch's default.
        accept_changed_inputs: Resume also where files that the film reads have changed since.
    """

    diffuser: Diffuser | None = None
    opener: OpenModel | None = None
    threads: int | None = None
    accept_changed_inputs: bool = False

    def open(self, animation: Animation, device: torch.device) -> Diffuser:
        """Returns the diffuser of a film; errors as `open_model`."""
        opener = self.opener or open_model
        return self.diffuser or opener(animation, device)
