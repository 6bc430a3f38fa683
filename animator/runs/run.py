"""`Run`: the output folder of one film: settings, frames, state, lock, film.

preset.yaml            every setting, as rendered
run.json               versions, model, digest, times
frames/000000000.png   whole or not there
frames.jsonl           color, contrast, detail and flicker of each frame
state.safetensors      where to go on; replaced after a group's frames are on disk
downloads/             images that the settings give by URL
states/                a few earlier ones, to take the film up again from there
<name>.mp4             appears when complete; <name>.part.mp4 is the film so far
"""

import hashlib
import io
import json
import logging
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from filelock import FileLock, Timeout
from PIL import Image

from animator.core.atomic import atomic_write
from animator.errors import PresetError, RunError
from animator.images.image import Image8, to_uint8
from animator.loop.render import Frame
from animator.loop.state import State
from animator.presets import raw
from animator.presets.load import dump
from animator.presets.records import FrameChunks
from animator.runs.checkpoints import MOST, Checkpoints
from animator.runs.metrics_log import MetricsLog
from animator.settings import Animation
from animator.settings.validate import validate
from animator.settings.wildcards import with_wildcards

log = logging.getLogger(__name__)
BYTES_PER_PIXEL = 2.2  # PNG of a busy image, and its share of the film
PNG_LEVEL = 3  # half the time of zlib's default for 2 % more bytes
FRAMES = "frames"
"""The folder, in a run's, of its frames' images."""
NOT_IMAGES = ("name", "output", "sound", "upscaling", "frame_interpolation", "download")
"""Settings that change no frame, so that a film may go on when they differ."""


def digest(animation: Animation) -> str:
    """A fingerprint of every setting that changes a frame."""
    plain = {k: v for k, v in animation.plain().items() if k not in NOT_IMAGES}
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


class Run:
    """An open run folder. One process at a time; `close` or leave the `with` block to release it."""

    def __init__(self, folder: str | Path, animation: Animation) -> None:
        folder = Path(folder)
        self.folder = folder
        self.checkpoints = Checkpoints(folder / "states", animation.frames)
        self.metrics = MetricsLog(folder / "frames.jsonl")
        self.animation = animation
        self._chunks = FrameChunks(animation)
        self._lock = FileLock(folder / ".lock")
        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            raise RunError(
                f"{folder}: another process is rendering here; wait for it, or choose another --out"
            ) from None

    def __enter__(self) -> "Run":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Releases the folder."""
        self._lock.release()

    @classmethod
    def create(cls, folder: str | Path, animation: Animation) -> "Run":
        """A new run in a folder that holds none yet.

        Raises:
            RunError: The folder holds a run, or cannot be written.
        """
        folder = Path(folder)
        if is_run(folder):
            raise RunError(
                f"{folder}: holds a run already; its frames are left as they are. "
                "Go on with --resume, or choose another --out"
            )
        _make(folder / FRAMES)
        animation = with_wildcards(animation)
        run = cls(folder, animation)
        atomic_write(folder / "preset.yaml", dump(animation).encode())
        return run

    @classmethod
    def reopen(cls, folder: str | Path, animation: Animation) -> "Run":
        """The run in a folder, to go on with it.

        Raises:
            RunError: There is none, or it was made with other settings.
        """
        folder = Path(folder)
        if not is_run(folder):
            raise RunError(f"{folder}: holds no run to resume")
        before = recorded(folder)
        if animation.diffusion.seed == -1:  # the run drew a seed when it started; that one goes on
            animation = with_seed(animation, before.diffusion.seed)
        animation = with_wildcards(animation)
        changed = [
            line
            for line in changed_settings(before, animation)
            if line.partition(":")[0].partition(".")[0] not in NOT_IMAGES
        ]
        if changed:
            raise RunError(
                f"{folder}: was rendered with other settings; its frames are left as they are.\n  "
                + "\n  ".join(changed)
                + "\nResume with the same settings, or choose another --out"
            )
        return cls(folder, animation)

    @classmethod
    def take_up(cls, folder: str | Path) -> "Run":
        """The run in a folder with the settings it was rendered with.

        Raises:
            RunError: There is none, or another process has it.
        """
        return cls(folder, recorded(Path(folder)))

    @property
    def film_path(self) -> Path:
        """Where the finished film is."""
        return film_path(self.folder, self.animation)

    @property
    def downloads(self) -> Path:
        """Where images are kept that the settings give by URL."""
        return self.folder / "downloads"

    @property
    def frames_folder(self) -> Path:
        """Where the frames' images are."""
        return self.folder / FRAMES

    def frame_path(self, frame: int) -> Path:
        """Where a frame's image is."""
        return self.frames_folder / f"{frame:09d}.png"

    def warn_of_space(self, frames: int) -> None:
        """Tells in the log where the disk has less room than so many frames may take."""
        width, height = self.animation.size
        states = 2 * 3 * 4 * min(frames, MOST)
        needed = width * height * (frames * BYTES_PER_PIXEL + states)
        free = shutil.disk_usage(self.folder).free
        if free < needed:
            log.warning("%s: the film may take %.1f GB; free are %.1f", self.folder, needed / 1e9, free / 1e9)

    def write(self, frame: Frame) -> Image8:
        """Puts a frame on disk, then the state, and returns its pixels, uint8 RGB (H, W, 3)."""
        pixels = to_uint8(frame.image)
        buffer = io.BytesIO()
        chunks = self._chunks.of(frame.plan)
        Image.fromarray(pixels).save(buffer, "PNG", compress_level=PNG_LEVEL, pnginfo=chunks)
        atomic_write(self.frame_path(frame.plan.frame), buffer.getvalue())
        if frame.state.next_frame == frame.plan.frame + 1:
            self.checkpoints.keep(frame.state)
            atomic_write(self._state_path, frame.state.to_bytes())
        return pixels

    def state(self, device: torch.device | str = "cpu") -> State:
        """Where rendering goes on; the beginning if no group was finished.

        Raises:
            RunError: The state file is broken, or a frame before it is missing.
        """
        if not self._state_path.exists():
            return State()
        try:
            state = State.from_bytes(self._state_path.read_bytes(), device)
        except ValueError as error:
            last = max(0, len(list(self.frames_folder.glob("*.png"))) - 1)
            raise RunError(f"{self._state_path}: {error}; take the run up with --from {last}") from error
        missing = next((i for i in range(state.next_frame) if not self.frame_path(i).exists()), None)
        if missing is not None:
            raise RunError(
                f"{self.frame_path(missing)}: is missing, though the run was past it; "
                f"put it back, or redo the film from there with --from {missing}"
            )
        return state

    def pixels(self, frames: range) -> Iterator[Image8]:
        """The pixels of finished frames, uint8 RGB (H, W, 3).

        Raises:
            RunError: A frame cannot be read.
        """
        for frame in frames:
            try:
                with Image.open(self.frame_path(frame)) as image:
                    yield np.asarray(image.convert("RGB"))
            except OSError as error:
                raise RunError(
                    f"{self.frame_path(frame)}: cannot be read ({error}); redo it with --from {frame}"
                ) from error

    def rewind(self, state: State, animation: Animation) -> None:
        """Takes the run back to a state, to go on from there with these settings; frames stay till redone."""
        atomic_write(self._state_path, state.to_bytes())
        self.checkpoints.forget_after(state.next_frame)
        self.metrics.cut(state.next_frame)
        atomic_write(self.folder / "preset.yaml", dump(animation).encode())
        self.animation = animation
        self.checkpoints = Checkpoints(self.folder / "states", animation.frames)
        self._chunks = FrameChunks(animation)

    def record(self, facts: Mapping[str, Any]) -> None:
        """Writes run.json: the facts given, and the digest of the settings."""
        text = json.dumps({"digest": digest(self.animation), **facts}, indent=2)
        atomic_write(self.folder / "run.json", f"{text}\n".encode())

    @property
    def _state_path(self) -> Path:
        return self.folder / "state.safetensors"


def film_path(folder: Path, animation: Animation) -> Path:
    """Where a run's film is; as a sequence of PNG files it is the frames themselves."""
    film_format = animation.output.film_format
    return folder / FRAMES if film_format.is_sequence else folder / f"{animation.name}.{film_format.name}"


def with_seed(animation: Animation, seed: int) -> Animation:
    """The same film with another base seed."""
    diffusion = animation.diffusion.model_copy(update={"seed": seed})
    return animation.model_copy(update={"diffusion": diffusion})


def is_run(folder: Path) -> bool:
    """True where a run has finished frames; one that has none yet stands in nobody's way."""
    return (folder / "preset.yaml").exists() and any((folder / FRAMES).glob("*.png"))


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"{folder}: cannot be made: {error.strerror}; choose another --out") from error


def recorded(folder: Path) -> Animation:
    """The settings a run was rendered with.

    Raises:
        RunError: The folder holds no run, or its record is broken.
    """
    if not (folder / "preset.yaml").exists():
        raise RunError(f"{folder}: holds no run (no preset.yaml)")
    try:
        return validate(raw.read(folder / "preset.yaml"))
    except PresetError as error:
        raise RunError(f"{folder}: its own record of the settings is broken.\n{error}") from error


def changed_settings(old: Animation, new: Animation) -> list[str]:
    """What differs between two films' settings, one line `path: was ..., now ...` each."""
    before, after = _flat(old.plain()), _flat(new.plain())
    return [
        f"{path}: was {before.get(path)!r}, now {after.get(path)!r}"
        for path in sorted(before.keys() | after.keys())
        if before.get(path) != after.get(path)
    ]


def _flat(plain: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in plain.items():
        if isinstance(value, Mapping):
            flat.update(_flat(value, f"{prefix}{key}."))
        else:
            flat[f"{prefix}{key}"] = value
    return flat
