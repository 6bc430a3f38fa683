"""Facts about a video file, as ffmpeg reports them."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from imageio_ffmpeg import get_ffmpeg_exe


@dataclass(frozen=True)
class Facts:
    """Properties of the first video stream, and of the first audio stream if there is one."""

    codec: str
    pixels: str
    tags: str
    size: tuple[int, int]
    fps: float
    frames: int
    seconds: float
    sound: str
    sound_seconds: float


def facts_of(path: Path) -> Facts:
    """Returns the facts of a file, by decoding all of it; seconds come from the streams' own clocks."""
    log = _ffmpeg_log("-i", str(path), "-map", "0:v:0", "-f", "null", "-")
    video = re.search(
        r"Stream #0:\S+ Video: (\w+).*?, (\w+)(?:\(([^)]*)\))?, (\d+)x(\d+).*? ([\d.]+) fps", log
    )
    assert video, log
    audio = re.search(r"Stream #0:\S+ Audio: (\w+)", log)
    frames = int(re.findall(r"frame=\s*(\d+)", log)[-1])
    heard = samples(path).size / 48_000 if audio else 0.0
    return Facts(
        video[1],
        video[2],
        video[3] or "",
        (int(video[4]), int(video[5])),
        float(video[6]),
        frames,
        _last_clock(log),
        audio[1] if audio else "",
        heard,
    )


def samples(path: Path) -> np.ndarray:
    """Returns the sound (samples,), mono, float32, 48 kHz."""
    command = [get_ffmpeg_exe(), "-loglevel", "error", "-i", str(path), "-map", "0:a:0"]
    done = subprocess.run(
        [*command, "-ac", "1", "-ar", "48000", "-f", "f32le", "-"], capture_output=True, check=True
    )
    return np.frombuffer(done.stdout, np.float32)


def decoded(path: Path, matrix: str = "") -> np.ndarray:
    """Returns all images (frames, H, W, 3), RGB; `matrix` is assumed for YUV without color tags."""
    width, height = facts_of(path).size
    command = [get_ffmpeg_exe(), "-loglevel", "error", "-i", str(path)]
    scale = ["-vf", f"scale=in_color_matrix={matrix}:in_range=tv"] if matrix else []
    done = subprocess.run(
        [*command, *scale, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"], capture_output=True, check=True
    )
    return np.frombuffer(done.stdout, np.uint8).reshape(-1, height, width, 3)


def _ffmpeg_log(*arguments: str) -> str:
    done = subprocess.run([get_ffmpeg_exe(), "-hide_banner", *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stderr


def _last_clock(log: str) -> float:
    hours, minutes, seconds = re.findall(r"time=(\d+):(\d+):([\d.]+)", log)[-1]
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
