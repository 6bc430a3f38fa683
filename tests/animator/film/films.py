"""ffmpeg args for small videos."""

from collections.abc import Callable
from pathlib import Path

Ffmpeg = Callable[..., Path]
"""Makes the video of a file name from ffmpeg args."""


def moving(frames: int, rate: str = "25", size: str = "64x48") -> tuple[str, ...]:
    """Returns args for a test image that changes at every frame."""
    return ("-f", "lavfi", "-i", f"testsrc2=s={size}:r={rate}", "-frames:v", str(frames))


H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "24", "-pix_fmt", "yuv420p")
