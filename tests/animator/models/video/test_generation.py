"""Video models generate what diffusers' own pipelines do; sizes and counts that they do not have are made."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from torch import Tensor

from animator.errors import AnimatorError
from animator.images.image import to_uint8
from animator.models.diffusion.load_options import LoadOptions, Precision
from animator.models.diffusion.step_hook import before_steps
from animator.models.video.diffusers_model import DiffusersVideoModel
from animator.models.video.load import load_video_model
from animator.models.video.model import Between
from tests.animator.models.video.conftest import MAKERS

Folder = Callable[[str], Path]
CPU = torch.device("cpu")


def between(**changes: Any) -> Between:
    first, last = torch.rand((2, 3, 64, 64), generator=torch.Generator().manual_seed(1))
    made = Between(
        frame=8,
        first=first,
        last=last,
        count=3,
        fps=12.0,
        prompt="a lake &amp; a boat",
        negative="blurry",
        steps=3,
        guidance=5.0,
        seed=7,
    )
    return replace(made, **changes)


@pytest.fixture(scope="module")
def opened(video_folder: Folder) -> Callable[[str], DiffusersVideoModel]:
    made: dict[str, DiffusersVideoModel] = {}

    def open_kind(kind: str) -> DiffusersVideoModel:
        if kind not in made:
            made[kind] = load_video_model(str(video_folder(kind)), LoadOptions(), CPU)
        return made[kind]

    return open_kind


class Ftfy:
    """Stands in for the package by which diffusers mends texts; these need none."""

    @staticmethod
    def fix_text(text: str) -> str:
        return text


def by_diffusers(folder: Path, kind: str, asked: Between, images: int, rate: float) -> Tensor:
    """All images (images, 3, H, W) of diffusers' own pipeline."""
    import diffusers
    from diffusers.pipelines.ltx.pipeline_ltx_condition import LTXVideoCondition
    from diffusers.pipelines.wan import pipeline_wan_i2v

    pair = [Image.fromarray(to_uint8(image)) for image in (asked.first, asked.last)]
    shared = {
        "prompt": asked.prompt,
        "negative_prompt": asked.negative,
        "height": 64,
        "width": 64,
        "num_frames": images,
        "num_inference_steps": asked.steps,
        "guidance_scale": asked.guidance,
        "generator": torch.Generator().manual_seed(asked.seed),
        "output_type": "pt",
    }
    if kind == "ltx":
        pipeline = diffusers.LTXConditionPipeline.from_pretrained(folder)
        conditions = [LTXVideoCondition(pair[0]), LTXVideoCondition(pair[1], frame_index=images - 1)]
        own: dict[str, Any] = {"conditions": conditions, "frame_rate": rate}
    else:
        pipeline = diffusers.WanImageToVideoPipeline.from_pretrained(folder)
        own = {"image": pair[0], "last_image": pair[1]}
        pipeline_wan_i2v.ftfy = getattr(pipeline_wan_i2v, "ftfy", Ftfy)
    pipeline.set_progress_bar_config(disable=True)
    return torch.as_tensor(pipeline(**shared, **own).frames[0])


@pytest.mark.parametrize("guidance", [1.0, 5.0])
@pytest.mark.parametrize("kind", MAKERS)
def test_the_images_are_those_of_diffusers(
    opened: Callable[[str], DiffusersVideoModel], video_folder: Folder, kind: str, guidance: float
) -> None:
    asked = between(guidance=guidance)
    images, rate, every = (9, 24.0, 2) if kind == "ltx" else (5, 12.0, 1)
    expected = by_diffusers(video_folder(kind), kind, asked, images, rate)[every:-1:every]
    shown = opened(kind)(asked)
    assert shown.shape == (3, 3, 64, 64) and torch.equal(shown, expected)
    assert torch.equal(shown, opened(kind)(asked))


@pytest.mark.parametrize("kind", MAKERS)
def test_everything_that_is_asked_for_acts(opened: Callable[[str], DiffusersVideoModel], kind: str) -> None:
    model, asked = opened(kind), between()
    images = model(asked)
    changes: dict[str, Any] = {
        "first": asked.last,
        "last": asked.first,
        "prompt": "a forest in deep snow, at night",
        "negative": "a lake full of large boats and people",
        "steps": 4,
        "guidance": 3.0,
        "seed": 8,
        **({"fps": 30.0} if kind == "ltx" else {}),
    }
    for name, value in changes.items():
        assert not torch.equal(model(between(**{name: value})), images), name


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize(("height", "width", "count"), [(72, 40, 1), (48, 88, 5)])
def test_other_sizes_are_padded_and_cropped(
    opened: Callable[[str], DiffusersVideoModel], kind: str, height: int, width: int, count: int
) -> None:
    first, last = torch.rand((2, 3, height, width), generator=torch.Generator().manual_seed(2))
    images = opened(kind)(between(first=first, last=last, count=count, steps=2))
    assert images.shape == (count, 3, height, width) and images.is_contiguous()
    assert 0.0 <= float(images.min()) <= float(images.max()) <= 1.0


@pytest.mark.parametrize("kind", MAKERS)
def test_little_memory_gives_much_the_same_images(
    opened: Callable[[str], DiffusersVideoModel], video_folder: Folder, kind: str
) -> None:
    low = load_video_model(str(video_folder(kind)), LoadOptions(memory="low"), CPU)
    assert torch.allclose(low(between()), opened(kind)(between()), atol=1e-4)


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("last", [0, 1])
def test_a_stop_acts_between_steps_and_leaves_the_model_as_it_was(
    opened: Callable[[str], DiffusersVideoModel], kind: str, last: int
) -> None:
    class StopError(Exception):
        pass

    def stop(step: int, steps: int) -> None:
        seen.append((step, steps))
        if step == last:
            raise StopError

    seen = list[tuple[int, int]]()
    expected = opened(kind)(between())
    with pytest.raises(StopError), before_steps(stop):
        opened(kind)(between())
    assert seen == [(step, 3) for step in range(last + 1)]
    seen.clear()
    last = 3
    with before_steps(stop):
        assert torch.equal(opened(kind)(between()), expected)
    assert seen == [(0, 3), (1, 3), (2, 3)]


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("precision", ["bf16", "auto"])
def test_half_precision_gives_much_the_same_images(
    opened: Callable[[str], DiffusersVideoModel],
    video_folder: Folder,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    precision: Precision,
) -> None:
    monkeypatch.setattr("animator.models.video.load.load_dtype", lambda *_, **__: torch.bfloat16)
    half = load_video_model(str(video_folder(kind)), LoadOptions(precision=precision), CPU)
    images, exact = half(between()), opened(kind)(between())
    assert images.dtype == torch.float32 and not torch.equal(images, exact)
    assert float((images - exact).abs().mean()) < 0.02


@pytest.mark.parametrize(
    ("raised", "words"),
    [
        (torch.OutOfMemoryError("CUDA out of memory"), "ran out of memory on cpu for 5 images of 64 x 64"),
        (RuntimeError("mat1 and mat2\nshapes cannot be multiplied"), "failed: mat1 and mat2 shapes cannot"),
    ],
)
def test_errors_of_the_libraries_are_explained(
    video_folder: Folder, monkeypatch: pytest.MonkeyPatch, raised: Exception, words: str
) -> None:
    model = load_video_model(str(video_folder("wan 2.2")), LoadOptions(), CPU)

    def fail(*_: object) -> Tensor:
        raise raised

    monkeypatch.setattr(model, "_generate", fail)
    with pytest.raises(AnimatorError, match="^frame 8: the video model .*" + words) as caught:
        model(between())
    assert "the run can be resumed" in str(caught.value)
    assert ("Set diffusion.memory to low" in str(caught.value)) == ("memory" in words)


def test_nan_is_told(video_folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_video_model(str(video_folder("wan 2.2")), LoadOptions(), CPU)
    monkeypatch.setattr(model, "_generate", lambda *_: torch.full((5, 3, 64, 64), torch.nan))
    with pytest.raises(AnimatorError, match="returned NaN"):
        model(between())
