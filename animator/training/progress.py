"""Saved state of a training, with everything that the next step depends on, and its loss curve."""

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from animator.core.atomic import atomic_write
from animator.errors import UserError
from animator.training.optimizer import Optimizer

SCHEMA = "animator.starter.training.1"
STATE, CURVE = "state.safetensors", "curve.jsonl"


@dataclass(frozen=True, eq=False)
class TrainState:
    """Everything that a training step changes.

    Attributes:
        networks: The networks being trained.
        ema: Moving average of their weights, which is the result.
        optimizer: Optimizer with its moments.
    """

    networks: nn.Module
    ema: nn.Module
    optimizer: Optimizer

    def tensors(self) -> dict[str, Tensor]:
        """Returns all tensors by name; the tensors themselves, not copies."""
        parts = {
            "networks": self.networks.state_dict(),
            "mean": self.ema.state_dict(),
            "optimizer": self.optimizer.state(),
        }
        return {f"{part}/{name}": value for part, named in parts.items() for name, value in named.items()}


def save_state(folder: Path, state: TrainState, step: int) -> None:
    """Writes the state after `step` steps, replacing the last one atomically."""
    tensors = {name: value.detach().cpu().contiguous().clone() for name, value in state.tensors().items()}
    metadata = json.dumps({"schema": SCHEMA, "step": step})
    atomic_write(folder / STATE, save(tensors, metadata={"state": metadata}))


def restore(folder: Path, state: TrainState) -> int:
    """Loads the saved state, if there is one, in place; returns the number of finished steps.

    Raises:
        UserError: The file is broken, or belongs to networks of other sizes.
    """
    path = folder / STATE
    if not path.exists():
        return 0
    tensors = state.tensors()
    try:
        with safe_open(path, "pt") as file:
            metadata = json.loads(file.metadata()["state"])
            if metadata["schema"] != SCHEMA or set(file.keys()) != set(tensors):
                raise UserError(f"{path} belongs to another training; choose another folder, or remove it")
            with torch.no_grad():
                for name, tensor in tensors.items():
                    tensor.copy_(file.get_tensor(name))
    except (SafetensorError, KeyError, ValueError, RuntimeError) as error:
        raise UserError(f"{path} cannot be read: {error}; remove it to start over") from error
    return int(metadata["step"])


def read_curve(folder: Path, until: int) -> list[dict[str, float]]:
    """Returns the lines of the loss curve up to a step."""
    path = folder / CURVE
    lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    return [line for line in lines if line["step"] <= until]


def write_curve(folder: Path, lines: list[dict[str, float]]) -> None:
    """Writes the loss curve, a line of JSON per evaluation."""
    atomic_write(folder / CURVE, "".join(json.dumps(line) + "\n" for line in lines).encode())
