"""Films of every kind wait for a GPU only where `docs/bench.md` says so, and most of them nowhere.

The diffusion is a fake here; `tests/animator/models/test_model_synchronizations.py` is about models. The
first frames fill caches and do not count.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn import functional

from animator.images.image import to_uint8
from animator.loop.build.pipeline import build_pipeline
from animator.loop.render import render
from animator.models.depth.model import FakeDepth
from animator.models.diffusion.fake import FakeDiffuser
from animator.timeline.timeline import Timeline
from tests.clips import save_clip
from tests.fakes import Make
from tests.synchronizations import DEVICE, Place, listed, synchronizations

FRAMES, SETTLED = 6, 3
MOVES = {"translation_x": 3, "translation_z": 2, "rotation_3d_y": 2, "zoom": 1.03, "angle": 1}
REVEAL = {"motion": {**MOVES, "reveal": "generate"}}
FLIP = {"motion": {**MOVES, "enable_perspective_flip": True, "perspective_flip_phi": 5}}
LOOKS = "mirror", "kaleidoscope", "echo", "grade", "lift_gamma_gain", "glow", "chromatic_shift", "grain"
MASK = {"use_mask": True, "mask_file": "left.png"}
TONES = {"comp_mask_equalize": "Both", "comp_mask_auto_contrast": True, "comp_mask_inverse": True}

FREE: dict[str, dict[str, Any]] = {
    "2d": {},
    "2d, cadence": {"diffusion": {"cadence": 2}},
    "2d, chained cadence": {"diffusion": {"cadence": 3, "cadence_warp": "chained"}},
    "2d, look-ahead": {"diffusion": {"cadence": 3, "cadence_blend": "lookahead"}},
    "2d, flip": FLIP,
    "3d": {"mode": "3d"},
    "3d, pinhole": {"mode": "3d", "camera": {"projection": "pinhole", "reveal_noise": 0.3}},
    "3d, stabilized": {"mode": "3d", "depth": {"stabilize": True, "every": 2}, **FLIP},
    "3d, compat": {"mode": "3d", "compat": True},
    "video": {"mode": "video", "video": {"path": "clip"}},
    "interpolation": {"mode": "interpolation", "diffusion": {"cadence": 2}},
    "sampling": {"motion": {**MOVES, "sampling": "lanczos", "border": "wrap"}},
    "redo": {"diffusion": {"diffusion_redo": 2}},
    "init image": {"init": {"image": "ref.png", "strength": 0.5}},
    "looks": {"steps": [{"use": look} for look in LOOKS]},
    "gray, sharpened": {"color": {"force_grayscale": True, "contrast": 1.2}, "sharpen": {"threshold": 2}},
    "sharpened, compat": {"sharpen": {"amount": 0.5, "threshold": 2}, "compat": True},
    "colors of a clip": {"color": {"reference": "video"}, "video": {"path": "clip"}},
    "colors of an image": {"color": {"reference": "image", "image": "ref.png"}, "compat": True},
    **{
        f"colors in {space}{', compat' if compat else ''}": {
            "color": {"coherence": space},
            "noise": {"type": "uniform" if compat else "perlin", "amount": 0.1},
            "compat": compat,
        }
        for space in ("LAB", "HSV", "RGB")
        for compat in (False, True)
    },
    "mask": {"mask": {**MASK, "contrast_adjust": 1.2}, "init": {"image": "ref.png", "strength": 0.5}},
    "mask video": {
        "mode": "video",
        "video": {"path": "clip"},
        "mask": {"use_mask": True, "use_mask_video": True, "video_mask_path": "masks"},
    },
    "composite": {"hybrid": {"composite": "Normal"}, "video": {"path": "clip"}},
    "composite by depth": {
        "hybrid": {"composite": "Before Motion", "comp_mask_type": "Depth", **TONES},
        "video": {"path": "clip"},
    },
    "composite by difference": {
        "hybrid": {"composite": "After Generation", "comp_mask_type": "Difference", **TONES},
        "video": {"path": "clip"},
    },
    "control images": {
        "controlnet": [{"model": "x", "source": source, "module": "depth"} for source in ("frame", "clip")]
    },
}
BY_OPENCV, REVEALING = Place("models/flow/opencv.py", "gray"), Place("loop/steps/reveal.py", "fill")
WAITING: dict[str, tuple[Place, dict[str, Any]]] = {
    "flow of cadence": (BY_OPENCV, {"diffusion": {"cadence": 2, "optical_flow_cadence": "DIS Medium"}}),
    "redo by flow": (BY_OPENCV, {"diffusion": {"optical_flow_redo_generation": "DIS Medium"}}),
    **{
        f"hybrid, {motion}": (
            BY_OPENCV,
            {"hybrid": {"motion": motion, "flow_consistency": True}, "video": {"path": "clip"}},
        )
        for motion in ("Optical Flow", "Perspective")
    },
    "reveal": (REVEALING, REVEAL),
    "reveal, chained": (REVEALING, {"diffusion": {"cadence": 3, "cadence_warp": "chained"}, **REVEAL}),
    "reveal, compat": (REVEALING, {"compat": True, **REVEAL}),
    "reveal in 3d": (
        REVEALING,
        {
            "mode": "3d",
            "camera": {"projection": "pinhole"},
            "diffusion": {"cadence": 2, "cadence_blend": "lookahead"},
            **REVEAL,
        },
    ),
    "mask, compat": (
        Place("masks/compose.py", "binarize"),
        {"compat": True, "mask": MASK, "init": {"image": "ref.png", "strength": 0.5}},
    ),
    "edges": (
        Place("models/controlnet/preprocessors/edges.py", "canny"),
        {"controlnet": [{"model": "x", "source": "frame", "module": "canny"}]},
    ),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip, a mask clip, an image and a mask."""
    folder = tmp_path_factory.mktemp("files")
    coarse = torch.rand((1, 3, 26, 26), generator=torch.Generator().manual_seed(5))
    texture = functional.interpolate(coarse, (160, 160), mode="bicubic")[0].clamp(0.0, 1.0)
    columns = np.arange(64)
    stripes = ((8 * i <= columns) & (columns < 8 * i + 16) for i in range(FRAMES))
    for name in ("clip", "masks"):
        (folder / name).mkdir()
    views = (texture[:, 40 - 3 * i : 104 - 3 * i, 40 - 3 * i : 104 - 3 * i] for i in range(FRAMES))
    save_clip(folder / "clip", map(to_uint8, views), "%d.png")
    save_clip(folder / "masks", (np.tile(stripe * np.uint8(255), (64, 1)) for stripe in stripes), "%d.png")
    (folder / "ref.png").write_bytes((folder / "clip" / "0.png").read_bytes())
    Image.fromarray(np.tile((columns < 32) * np.uint8(255), (64, 1))).save(folder / "left.png")
    return folder


def waits(make: Make, settings: dict[str, Any]) -> dict[Place, set[str]]:
    """Where a film waits for its device, once its caches are filled, and for what."""
    small = {"frames": FRAMES, "prompts": {0: "a lake", 4: "a wood"}, "motion": MOVES}
    diffusion = {"seed": 7, "strength": 0.5, **settings.get("diffusion", {})}
    film = make(**{**small, **settings, "diffusion": diffusion})
    with synchronizations() as noted:
        pipeline = build_pipeline(film, FakeDiffuser(DEVICE), DEVICE, depth=FakeDepth())
        for frame in render(Timeline(film), pipeline):
            assert frame.image.device == DEVICE
            if frame.plan.frame < SETTLED:
                noted.found.clear()
    return noted.found


@pytest.mark.parametrize("settings", FREE.values(), ids=FREE)
def test_a_film_does_not_wait_for_its_device(
    make_animation: Make, files: Path, monkeypatch: pytest.MonkeyPatch, settings: dict[str, Any]
) -> None:
    monkeypatch.chdir(files)
    assert waits(make_animation, settings) == {}


@pytest.mark.parametrize(("place", "settings"), WAITING.values(), ids=WAITING)
def test_a_film_waits_only_where_the_page_says_so(
    make_animation: Make,
    files: Path,
    monkeypatch: pytest.MonkeyPatch,
    place: Place,
    settings: dict[str, Any],
) -> None:
    monkeypatch.chdir(files)
    assert waits(make_animation, settings).keys() == {place}
    assert place in listed()
