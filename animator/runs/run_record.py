"""Facts for run.json besides the settings: device, threads, versions of libraries."""

import platform
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import torch

from animator._version import __version__
from animator.settings import Animation

RUN_JSON = "run.json"
LIBRARIES = ("torch", "diffusers", "transformers", "numpy", "opencv-python", "imageio-ffmpeg")


def run_facts(animation: Animation, device: torch.device) -> dict[str, Any]:
    """Returns the facts about this machine and process that may explain a film."""
    return {
        "schema": "animator.run.1",
        "model": animation.model,
        "device": str(device),
        "threads": torch.get_num_threads(),
        "versions": {"animator": __version__, **_versions()},
        "python": platform.python_version(),
        "machine": platform.machine(),
    }


def _versions() -> dict[str, str]:
    """Returns versions of the libraries installed under their usual names, not of variants."""
    versions: dict[str, str] = {}
    for name in LIBRARIES:
        with suppress(PackageNotFoundError):
            versions[name] = version(name)
    return versions
