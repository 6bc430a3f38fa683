"""Speed of making a video from frames: encoding, frame interpolation, upscaling.

pytest tests/benchmarks/test_film.py -m benchmark_suite -n 0
"""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from animator.film.interpolation.flow import FlowInterpolator
from animator.film.spec import VideoSpec
from animator.film.stream import to_bt709
from animator.film.upscaling.upscaler import Lanczos
from animator.film.writer import VideoWriter
from animator.images.image import from_uint8
from animator.models.flow.opencv import Dis
from tests.animator.film.clips import texture

pytestmark = pytest.mark.benchmark_suite
SIDE = 256
CLIP = [np.ascontiguousarray(texture(SIDE + 24, 1)[step : step + SIDE, :SIDE]) for step in range(24)]


@pytest.mark.parametrize("suffix", ["mp4", "webm", "mov", "mkv", "gif"])
def test_encoding_24_frames(benchmark: Any, tmp_path: Path, suffix: str) -> None:
    def write() -> None:
        with VideoWriter(VideoSpec(tmp_path / f"film.{suffix}", (SIDE, SIDE), 24)) as writer:
            for image in CLIP:
                writer.write(image)

    benchmark.pedantic(write, rounds=2)


@pytest.mark.parametrize("amount", [2, 10])
def test_interpolating_between_two_frames(benchmark: Any, amount: int) -> None:
    between, times = FlowInterpolator(Dis()), tuple(step / amount for step in range(1, amount))
    ends = from_uint8(CLIP[0]), from_uint8(CLIP[4])
    benchmark.pedantic(lambda: list(between(*ends, times)), rounds=5, warmup_rounds=1)


def test_upscaling_an_image(benchmark: Any) -> None:
    benchmark.pedantic(lambda: Lanczos(4)(CLIP[0]), rounds=5)


def test_converting_an_image_for_a_stream(benchmark: Any) -> None:
    benchmark.pedantic(lambda: to_bt709(CLIP[0]), rounds=20)
