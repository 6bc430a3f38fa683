"""Opening depth networks by name and by file."""

import logging
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from animator.errors import ModelError
from animator.images.image import from_uint8
from animator.models.depth import weights
from animator.models.depth.blend import MetricWithMetric, RelativeWithMetric
from animator.models.depth.estimator import Estimator
from animator.models.depth.model import FakeDepth
from animator.models.depth.open_depth import Precision, estimator, open_depth
from animator.models.depth.spec import DepthModelSpec
from animator.models.depth.starter import StarterDepth
from tests.animator.models.depth.conftest import MakeImage, Official, spec_of

pytestmark = pytest.mark.usefixtures("allow_pickle")

SMALL = "midas_v21_small_256"


@pytest.fixture(scope="session")
def small_state(official: Official) -> dict[str, Tensor]:
    return {key: torch.from_numpy(value) for key, value in official.weights(SMALL).items()}


@pytest.fixture(scope="session")
def small(small_state: dict[str, Tensor]) -> Estimator:
    return estimator(spec_of("midas-small"), small_state)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_state: dict[str, Tensor]) -> Path:
    monkeypatch.setenv("ANIMATOR_MODELS", str(tmp_path))
    torch.save(small_state, tmp_path / f"{SMALL}.pt")
    return tmp_path


def test_opens_by_name_from_the_folder(folder: Path, small: Estimator, image: MakeImage) -> None:
    opened = open_depth("midas-small")
    frame = from_uint8(image(64, 96))
    assert torch.equal(opened.estimate(frame), small.estimate(frame))


def test_opens_by_path_whatever_the_file_is_called(
    tmp_path: Path, small: Estimator, small_state: dict[str, Tensor], image: MakeImage
) -> None:
    save_file(small_state, tmp_path / "mine.safetensors")
    opened = open_depth(tmp_path / "mine.safetensors")
    frame = from_uint8(image(64, 96))
    assert isinstance(opened, Estimator) and opened.spec.name == "midas-small"
    assert torch.equal(opened.estimate(frame), small.estimate(frame))


def test_networks_of_equal_layout_are_told_apart_by_the_file_name(tmp_path: Path, official: Official) -> None:
    state = {k: torch.from_numpy(v) for k, v in official.weights("depth_anything_v2_vits").items()}
    for file, name in [
        ("anything.pth", "depth-anything-v2-small"),
        ("depth_anything_vits14.pth", "depth-anything-v1-small"),
        ("depth_anything_v2_metric_vkitti_vits.pth", "depth-anything-v2-outdoor-small"),
    ]:
        torch.save(state, tmp_path / file)
        opened = open_depth(tmp_path / file)
        assert isinstance(opened, Estimator) and opened.spec.name == name


def test_a_file_of_another_network_is_named_in_the_error(
    folder: Path, small_state: dict[str, Tensor]
) -> None:
    torch.save(small_state, folder / "dpt_levit_224.pt")
    with pytest.raises(ModelError, match=r"does not fit dpt-levit.*seems to be midas-small"):
        open_depth("dpt-levit")


def test_missing_left_over_and_misshapen_weights_are_named(small_state: dict[str, Tensor]) -> None:
    spec = spec_of("midas-small")
    state = dict(small_state)
    del state["scratch.output_conv.0.weight"]
    state["scratch.extra"] = torch.zeros(1)
    state["scratch.output_conv.2.bias"] = torch.zeros(5)
    with pytest.raises(ModelError) as caught:
        estimator(spec, state, source="file.pt")
    message = str(caught.value)
    assert message.startswith("file.pt: does not fit midas-small.")
    assert "1 missing: scratch.output_conv.0.weight." in message
    assert "1 left over: scratch.extra." in message
    assert "1 misshapen: scratch.output_conv.2.bias (5,) for (32,)." in message


def test_names_and_paths_that_are_neither_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ModelError, match="neither a known name nor a file"):
        open_depth("no-such-model")
    with pytest.raises(ModelError, match="no such file"):
        open_depth(tmp_path / "gone.pt")
    save_file({"x": torch.zeros(1)}, tmp_path / "x.safetensors")
    with pytest.raises(ModelError, match="does not belong to a known depth network"):
        open_depth(tmp_path / "x.safetensors")
    with pytest.raises(ModelError, match="expected float32, float16 or bfloat16"):
        open_depth("starter", dtype=cast(Precision, "int8"))


def test_the_built_in_ones_need_no_file(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(weights, "download_weights", lambda *_: pytest.fail("asked for a file"))
    with caplog.at_level(logging.INFO):
        assert isinstance(open_depth("starter"), StarterDepth)
    assert "built-in network" in caplog.text
    assert isinstance(open_depth("fake"), FakeDepth)


def test_old_names_are_opened_with_a_notice_and_blended(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, small: Estimator
) -> None:
    asked = []

    def store(spec: DepthModelSpec, where: tuple[Path, ...]) -> Path:
        asked.append(spec.name)
        raise ModelError(spec.name)

    monkeypatch.setattr(weights, "find_or_download", store)
    with pytest.raises(ModelError, match="dpt-large"):
        open_depth("Midas-3-Hybrid")
    assert asked == ["dpt-large"]
    assert "always loaded DPT-Large" in caplog.text
    monkeypatch.setattr(weights, "find_or_download", lambda spec, where: Path(spec.files[0]))
    monkeypatch.setattr("animator.models.depth.open_depth._from_file", lambda spec, *how: spec.name)
    blend = open_depth("Midas+AdaBins (old)", midas_weight=0.4)
    large, indoor, both = (cast(Any, name) for name in ("dpt-large", "zoe-n", "zoe-nk"))
    assert blend == RelativeWithMetric(large, indoor, 0.4)
    assert open_depth("Zoe+AdaBins (old)") == MetricWithMetric(both, indoor, 0.2)


def test_half_precision_on_a_cpu_is_replaced_with_a_warning(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    opened = open_depth("midas-small", dtype="float16")
    assert isinstance(opened, Estimator)
    assert next(opened.network.parameters()).dtype == torch.float32
    assert "float32 is used" in caplog.text


@pytest.mark.parametrize("dtype", [torch.bfloat16, pytest.param(torch.float16, marks=pytest.mark.slow)])
def test_halves_answer_about_the_same(
    small: Estimator, small_state: dict[str, Tensor], image: MakeImage, dtype: torch.dtype
) -> None:
    frame = from_uint8(image(96, 128))
    halved = estimator(spec_of("midas-small"), small_state, dtype=dtype).estimate(frame)
    whole = small.estimate(frame)
    assert halved.dtype == torch.float32
    assert np.corrcoef(halved.flatten(), whole.flatten())[0, 1] > 0.99


def test_batches_equal_single_images_and_the_input_is_unchanged(small: Estimator, image: MakeImage) -> None:
    frames = torch.stack([from_uint8(image(64, 96, k)) for k in range(3)])
    before = frames.clone()
    together = small.estimate_batch(frames)
    assert together.shape == (3, 64, 96)
    assert torch.equal(frames, before)
    alone = torch.stack([small.estimate(frame) for frame in frames])
    assert torch.allclose(together, alone, atol=1e-4 * float(alone.std()))


@pytest.mark.parametrize("size", [(40, 200), (200, 40), (33, 47), (8, 8)])
def test_maps_have_the_size_of_the_image(small: Estimator, image: MakeImage, size: tuple[int, int]) -> None:
    depth = small.estimate(from_uint8(image(*size)))
    assert depth.shape == size
    assert depth.dtype == torch.float32
    assert torch.isfinite(depth).all()
    depth.add_(1)  # an ordinary tensor, which the caller may change


def test_relative_networks_know_no_meters(small: Estimator, image: MakeImage) -> None:
    with pytest.raises(ModelError, match="midas-small estimates relative depth only"):
        small.meters(from_uint8(image(64, 64)))


class Ramp(torch.nn.Module):
    """Answers with distances that grow from 0 to 20 along the rows, whatever it is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        return torch.linspace(0, 20, x.shape[-2])[None, :, None].expand(len(x), -1, x.shape[-1])


@pytest.mark.parametrize("name", ["depth-anything-v2-indoor-small", "zoe-nk"])
def test_meters_become_nearness(name: str, image: MakeImage) -> None:
    opened = Estimator(spec_of(name), Ramp())
    frame = from_uint8(image(42, 56))
    meters, nearness = opened.meters(frame), opened.estimate(frame)
    assert meters.shape == nearness.shape == (42, 56)
    assert (meters.diff(dim=0) >= 0).all()
    assert torch.isfinite(nearness).all()
    far = meters > 0.1
    assert torch.allclose((nearness * meters)[far], torch.ones(()), atol=1e-5)
