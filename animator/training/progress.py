"""How far a training has come, exactly: everything that the next step depends on, in one file."""

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
class Trained:
    """What a training changes.

    Attributes:
        networks: The weights being trained.
        mean: The running mean of the weights, which is what is used.
        optimizer: With its memory.
    """

    networks: nn.Module
    mean: nn.Module
    optimizer: Optimizer

    def tensors(self) -> dict[str, Tensor]:
        """Everything by name; the tensors themselves, not copies."""
        parts = {
            "networks": self.networks.state_dict(),
            "mean": self.mean.state_dict(),
            "optimizer": self.optimizer.state(),
        }
        return {f"{part}/{name}": value for part, held in parts.items() for name, value in held.items()}


def save_state(folder: Path, trained: Trained, step: int) -> None:
    """Writes the state after `step` steps; the one before is replaced once this one is whole."""
    held = {name: value.detach().cpu().contiguous().clone() for name, value in trained.tensors().items()}
    facts = json.dumps({"schema": SCHEMA, "step": step})
    atomic_write(folder / STATE, save(held, metadata={"state": facts}))


def restore(folder: Path, trained: Trained) -> int:
    """Brings the training to its saved state, if there is one; returns the steps done.

    Raises:
        UserError: The file is broken, or belongs to networks of other sizes.
    """
    path = folder / STATE
    if not path.exists():
        return 0
    tensors = trained.tensors()
    try:
        with safe_open(path, "pt") as file:
            facts = json.loads(file.metadata()["state"])
            known = set(file.keys())
            if facts["schema"] != SCHEMA or known != set(tensors):
                raise UserError(f"{path} is of another training; name another folder, or remove it")
            with torch.no_grad():
                for name, tensor in tensors.items():
                    tensor.copy_(file.get_tensor(name))
    except (SafetensorError, KeyError, ValueError, RuntimeError) as error:
        raise UserError(f"{path} cannot be read: {error}; remove it to start anew") from error
    return int(facts["step"])


def read_curve(folder: Path, until: int) -> list[dict[str, float]]:
    """The lines of the curve up to a step."""
    path = folder / CURVE
    lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    return [line for line in lines if line["step"] <= until]


def write_curve(folder: Path, lines: list[dict[str, float]]) -> None:
    """Writes the curve, a line of JSON per measurement."""
    atomic_write(folder / CURVE, "".join(json.dumps(line) + "\n" for line in lines).encode())
