"""Resuming at every frame of a film, in every mode: the same bits as never having stopped."""

import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from imageio_ffmpeg import get_ffmpeg_exe

from animator.loop.build.pipeline import build_pipeline
from animator.loop.render import render
from animator.loop.state import State
from animator.models.diffusion.fake import FakeDiffuser
from animator.timeline.timeline import Timeline
from tests.fakes import Make

FRAMES = 24
MODES: dict[str, dict[str, Any]] = {
    "2d": {"motion": {"zoom": 1.02, "angle": "sin(t)"}},
    "3d": {
        "depth": {"model": "fake", "stabilize": True},
        "motion": {"translation_z": 5, "rotation_3d_x": 0.3},
    },
    "video": {},
    "hybrid": {
        "mode": "2d",
        "motion": {"zoom": 1.02},
        "hybrid": {
            "composite": "Normal",
            "comp_mask_type": "Difference",
            "motion": "Optical Flow",
            "flow_consistency": True,
        },
    },
    "hybrid towards the clip": {
        "mode": "3d",
        "depth": {"model": "fake"},
        "motion": {"translation_z": 5},
        "color": {"reference": "video", "coherence_video_every_n_frames": 5},
        "hybrid": {
            "composite": "After Generation",
            "comp_mask_type": "Depth",
            "motion": "Perspective",
            "motion_use_prev_img": True,
        },
    },
    "interpolation": {"prompts": {0: "a lake", 12: "a desert", 23: "a forest"}},
}


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "clip.mkv"
    raw = np.random.default_rng(1).integers(0, 256, (FRAMES, 64, 64, 3), dtype=np.uint8).tobytes()
    source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "64x64", "-r", "12", "-i", "-"]
    command = [get_ffmpeg_exe(), "-loglevel", "error", *source, "-c:v", "ffv1", "-pix_fmt", "bgr0", str(path)]
    subprocess.run(command, input=raw, check=True)
    return path


@pytest.mark.parametrize("cadence", [1, 2, 3])
@pytest.mark.parametrize("mode", MODES)
def test_a_film_resumes_from_every_frame(make_animation: Make, clip: Path, mode: str, cadence: int) -> None:
    settings = {"mode": mode, "frames": FRAMES, "video": {"path": str(clip)}, **MODES[mode]}
    animation = make_animation(**settings, diffusion={"seed": 3, "cadence": cadence, "strength": 0.5})
    timeline = Timeline(animation)
    whole = list(render(timeline, build_pipeline(animation, FakeDiffuser())))
    for stop in range(1, FRAMES, 5 if "hybrid" in mode else 1):
        # Stopped after frame `stop - 1`: the state on disk is that of the last complete group.
        state = State.from_bytes(whole[stop - 1].state.to_bytes())
        again = next(render(timeline, build_pipeline(animation, FakeDiffuser()), state))
        assert again.plan.frame == state.next_frame <= stop
        assert torch.equal(again.image, whole[again.plan.frame].image)
