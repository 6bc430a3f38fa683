"""`StateFiles`: where a run can be resumed, on disk: written seldom, and nothing twice."""

import time
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from animator.core.atomic import atomic_write, sync_folder
from animator.core.read import read_bytes
from animator.images.side_stream import to_host
from animator.loop.state import MAX_BYTES, State
from animator.loop.state_header import StateHeader
from animator.runs.run_folder import FRAMES, STATE, STATES

PACE_S = 0.5
"""Least time between two states, in seconds: what a kill costs is drawn again, to the same bits."""
_ANCHOR = "anchor"


class StateFiles:
    """The newest state of a run, and beside it the color anchor, which seldom changes.

    Only the thread that writes the run's frames may call it.

    Args:
        folder: The run folder.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / STATE
        self._anchors = folder / STATES
        self._frames = folder / FRAMES
        self._anchor: tuple[Tensor, str] | None = None
        self._pending: State | None = None
        self._due = 0.0

    def add(self, state: State) -> None:
        """Takes the state after frames that are on disk, and writes it unless one was written just now."""
        self._pending = state
        if time.monotonic() >= self._due:
            self.flush()

    def flush(self) -> None:
        """Writes the state that was taken last, unless it is written.

        Raises:
            OSError: The disk is full, and so on; the state before is unchanged.
        """
        if self._pending is not None:
            self.write(self._pending)

    def write(self, state: State) -> None:
        """Writes a state; errors as `flush`."""
        name = self._write_anchor(state.anchor)
        sync_folder(self._frames)  # a state must not outlive the frames that it counts
        atomic_write(self.path, state.to_bytes(name))
        self._pending, self._due = None, time.monotonic() + PACE_S
        for path in self._anchors.glob(_anchor_name("*")):
            if name is None or path.name != _anchor_name(name):
                path.unlink()

    def read(self, device: torch.device | str = "cpu") -> State:
        """Returns the state on disk; that of the beginning where none is written.

        Raises:
            ValueError: A file is broken or missing.
        """
        if not self.path.exists():
            return State()
        data = read_bytes(self.path, MAX_BYTES)
        state, name = State.from_bytes(data, device), StateHeader.of(data).anchor_name
        return state if name is None else replace(state, anchor=self._read_anchor(name, state).to(device))

    def _write_anchor(self, anchor: Tensor | None) -> str | None:
        """Writes an anchor, unless that is done, and returns its name; None for none."""
        if anchor is None:
            return None
        if self._anchor is None or self._anchor[0] is not anchor:
            data = save({_ANCHOR: to_host(anchor.detach()).contiguous()})
            name = sha256(data).hexdigest()[:16]
            self._anchors.mkdir(exist_ok=True)
            atomic_write(self._anchors / _anchor_name(name), data)
            sync_folder(self._anchors)
            self._anchor = anchor, name
        return self._anchor[1]

    def _read_anchor(self, name: str, state: State) -> Tensor:
        path = self._anchors / _anchor_name(name)
        try:
            data = read_bytes(path, MAX_BYTES)
            if sha256(data).hexdigest()[:16] != name:
                raise ValueError("was changed")
            anchor = load(data)[_ANCHOR]
        except (KeyError, SafetensorError, ValueError) as error:
            raise ValueError(f"its color anchor {path} cannot be read: {error}") from error
        if state.image is None or anchor.shape != state.image.shape or not anchor.is_floating_point():
            raise ValueError(f"its color anchor {path} is {anchor.dtype} of shape {tuple(anchor.shape)}")
        return anchor


def _anchor_name(name: str) -> str:
    return f"anchor-{name}.safetensors"
