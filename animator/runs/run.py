"""`Run`: the output folder of one film: settings, frames, state, lock, video file.

preset.yaml            every setting, as rendered
signals.safetensors    values of sounds and tables that its formulas use
run.json               versions, model, digest, times
frames/000000000.png   complete or not there at all
frames.jsonl           color, contrast, detail and flicker of each frame
log.jsonl              warnings of all sessions
state.safetensors      where to resume; replaced, at most twice a second, after its frames are on disk
downloads/             images that the settings give by URL
records/               the film's record, where it is too long for each frame's file
states/                the color anchor of the state; checkpoints: earlier states, to render again from there
<name>.mp4             appears when complete; <name>.part.mp4 is the video so far
"""

import json
import logging
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch

from animator.core.atomic import atomic_write
from animator.core.make_folder import make_folder
from animator.core.marks import mark_yaml
from animator.core.size_text import size_text
from animator.errors import ChooseOutput, ResumeFrom, ResumeOrChooseOutput, RunError
from animator.images.image import Image8
from animator.images.png_encoder import encode_png
from animator.loop.state import State
from animator.presets.film_record import RECORDS, record_name
from animator.presets.load import dump
from animator.presets.records import FrameChunks
from animator.runs.checkpoints import MAX_CHECKPOINTS, Checkpoints
from animator.runs.heard_record import write_heard
from animator.runs.run_folder import FRAMES, STATES, refuse_links, remove_all_leftovers
from animator.runs.run_lock import RunLock, wait_for_writer
from animator.runs.run_reader import RunReader
from animator.runs.run_settings import (
    NON_FRAME_SETTINGS,
    PRESET,
    changed_settings,
    digest,
    keep_edited,
    recorded_settings,
    with_seed_of,
)
from animator.runs.state_files import StateFiles
from animator.settings import Animation
from animator.settings.wildcards import with_wildcards
from animator.timeline.plan import Plan

log = logging.getLogger(__name__)
BYTES_PER_PIXEL = 2.2  # PNG of a busy image, and its share of the video file


class Run(RunReader):
    """An open run folder. One process at a time; `close` or leave the `with` block to release it.

    Args:
        folder: The run folder.
        animation: The settings of the run.

    Raises:
        RunError: Another process has it open.
    """

    def __init__(self, folder: str | Path, animation: Animation) -> None:
        super().__init__(folder, animation)
        self.checkpoints = Checkpoints(self.folder / STATES, animation.frames)
        self.states = StateFiles(self.folder)
        self._chunks = FrameChunks(animation)
        self._short_hash: Callable[[str], str] = _no_hash
        refuse_links(self.folder)
        self._lock = RunLock(self.folder)
        self._lock.acquire()
        remove_all_leftovers(self.folder)

    def __enter__(self) -> "Run":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Releases the folder; any thread may do so."""
        self._lock.release()

    @classmethod
    def create(cls, folder: str | Path, animation: Animation) -> "Run":
        """Returns a new run in a folder that holds none yet.

        Raises:
            RunError: The folder holds a run, or cannot be written.
        """
        folder = Path(folder)
        if is_run(folder):
            raise _already_a_run(folder)
        refuse_links(folder)
        make_folder(folder / FRAMES)
        animation = with_wildcards(animation)
        run = cls(folder, animation)
        if is_run(folder):  # of another process, which had the folder until now
            run.close()
            raise _already_a_run(folder)
        run._write_preset(animation)
        return run

    @classmethod
    def reopen(cls, folder: str | Path, animation: Animation, *, wait_s: float = 0.0) -> "Run":
        """Returns the run in a folder, to resume it with these settings.

        Args:
            folder: The run folder.
            animation: The film.
            wait_s: Longest wait for another process to release the folder, in seconds.

        Raises:
            RunError: The folder holds no run, or one made with other settings, or is still in use.
        """
        wait_for_writer(Path(folder), wait_s)
        return cls(folder, settings_to_resume(Path(folder), animation))

    @property
    def downloads(self) -> Path:
        """The folder of images that the settings give by URL."""
        return self.folder / "downloads"

    def warn_if_low_on_space(self, frames: int) -> None:
        """Logs a warning where the disk has less free space than `frames` more frames may take."""
        width, height = self.animation.size
        images = 2 + sum(step.is_trail for step in self.animation.steps)
        states = images * 3 * 4 * min(frames, MAX_CHECKPOINTS)
        needed = width * height * (frames * BYTES_PER_PIXEL + states)
        free = shutil.disk_usage(self.folder).free
        if free < needed:
            message = "%s: the film may take %s; %s are free"
            log.warning(message, self.folder, size_text(needed), size_text(free))

    def hash_models_with(self, short_hash: Callable[[str], str]) -> None:
        """Writes the short hash of each frame's model into its metadata from now on.

        Args:
            short_hash: Returns the hash of a model's name; empty if it is not known.
        """
        self._short_hash = short_hash

    def encode(self, plan: Plan, pixels: Image8) -> bytes:
        """Returns a frame, uint8 RGB (H, W, 3), as a PNG file that says how it was made."""
        model = plan.diffusion.checkpoint or self.animation.model
        texts = self._chunks.of(plan, self._short_hash(model))
        return encode_png(pixels, texts, self.animation.output.png_level)

    def save(self, frame: int, png: bytes) -> None:
        """Writes a frame's PNG file to disk."""
        atomic_write(self.frame_path(frame), png)

    def keep(self, state: State) -> None:
        """Keeps the state after a group of frames that are on disk; see `StateFiles.add`."""
        self.checkpoints.save(state)
        self.states.add(state)

    def state(self, device: torch.device | str = "cpu") -> State:
        """Returns the state to resume from; that of the beginning if no group is finished.

        Raises:
            RunError: The state file is broken, or a frame before it is missing.
        """
        try:
            state = self.states.read(device)
            state.check_size(self.animation.size)
        except ValueError as error:
            last = max(0, len(list(self.frames_folder.glob("*.png"))) - 1)
            raise RunError(f"{self.state_path}: {error}", ResumeFrom(self.folder, last)) from error
        self.check_frames(state.next_frame)
        return state

    def rewind(self, state: State, animation: Animation) -> None:
        """Rewinds the run to a state, to render on with these settings; frames stay until rendered again."""
        self.states.write(state)
        self.checkpoints.delete_after(state.next_frame)
        self.metrics.truncate(state.next_frame)
        keep_edited(self.folder / PRESET)
        self._write_preset(animation)
        self.animation = animation
        self.checkpoints = Checkpoints(self.folder / STATES, animation.frames)
        self._chunks = FrameChunks(animation)

    def record(self, facts: Mapping[str, Any]) -> None:
        """Writes run.json, with these facts and the digest of the settings, and a long record of the film."""
        text = json.dumps({"digest": digest(self.animation), **facts}, indent=2)
        atomic_write(self.folder / "run.json", f"{text}\n".encode())
        record = self._chunks.record_apart
        if record is not None:
            path = self.folder / RECORDS / record_name(record)
            path.parent.mkdir(exist_ok=True)
            atomic_write(path, record.encode())

    def _write_preset(self, animation: Animation) -> None:
        write_heard(self.folder, animation.heard)
        atomic_write(self.folder / PRESET, mark_yaml(dump(animation), "run").encode())


def _no_hash(model: str) -> str:
    return ""


def _already_a_run(folder: Path) -> RunError:
    return RunError(
        f"{folder}: already holds a run, whose frames are left as they are", ResumeOrChooseOutput(folder)
    )


def is_run(folder: Path) -> bool:
    """Returns True where a run has finished frames; a run without any does not block its folder."""
    return (folder / PRESET).exists() and any((folder / FRAMES).glob("*.png"))


def settings_to_resume(folder: Path, animation: Animation) -> Animation:
    """Returns a film with the seed and the wildcards of the run that it is to resume.

    Args:
        folder: The run folder.
        animation: The film.

    Raises:
        RunError: The folder holds no run, or one made with other settings.
    """
    if not is_run(folder):
        raise RunError(f"{folder}: holds no run to resume")
    before = recorded_settings(folder)
    animation = with_wildcards(with_seed_of(before, animation))
    changed = changed_settings(before, animation, ignored=NON_FRAME_SETTINGS)
    if changed:
        raise RunError(
            f"{folder}: was rendered with other settings; its frames are left as they are.\n  "
            + "\n  ".join(changed)
            + "\nResume with the same settings, or render the film anew",
            ChooseOutput(),
        )
    return animation
