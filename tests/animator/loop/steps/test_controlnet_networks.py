"""Units whose preprocessors have networks of transformers, in films."""

from pathlib import Path

import pytest
import torch

from animator.errors import PresetError
from animator.loop.build.pipeline import build_pipeline
from animator.loop.render import render
from animator.runs.inputs import inputs_of
from animator.runs.preflight.check_film import check_film
from animator.settings.raw import raw_of
from animator.timeline.timeline import Timeline
from tests.animator.loop.steps.test_controlnet import guided
from tests.animator.models.controlnet import tiny_networks
from tests.fakes import FunctionDiffuser, Make


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    tiny_networks.vitpose(folder / "pose")
    tiny_networks.rt_detr(folder / "people")
    tiny_networks.upernet(folder / "segments")
    tiny_networks.depth_pro(folder / "depth")
    return folder


@pytest.mark.parametrize("module", ["openpose", "segmentation", "depth_pro"])
def test_a_film_of_8_frames_resumes_to_the_same_bits(make_animation: Make, models: Path, module: str) -> None:
    unit: dict[str, object] = {"model": "net", "module": module, "source": "frame", "weight": {0: 1, 7: 0.5}}
    if module == "openpose":
        unit |= {"threshold_a": 0, "threshold_b": 0}
    film = make_animation(frames=8, controlnet=[unit], diffusion={"model_folders": [str(models)]})
    plain = make_animation(frames=8)

    def frames(film: object, state: object = None) -> list[object]:
        return list(render(Timeline(film), build_pipeline(film, FunctionDiffuser(guided)), state))  # type: ignore[arg-type]  # as the fixture makes it

    whole = frames(film)
    resumed = frames(film, whole[3].state)  # type: ignore[attr-defined]  # a Frame
    for one, other in zip(whole[4:], resumed, strict=True):
        assert torch.equal(one.image, other.image)  # type: ignore[attr-defined]  # Frames
    assert not torch.equal(whole[7].image, frames(plain)[7].image)  # type: ignore[attr-defined]  # Frames


def test_every_missing_network_is_reported_before_anything_loads(make_animation: Make, models: Path) -> None:
    units = [{"model": "a/net", "module": module} for module in ("openpose", "depth_pro")]
    units += [{"model": "a/net", "module": "segmentation", "preprocessor_model": str(models / "pose")}]
    with pytest.raises(PresetError) as caught:
        check_film(raw_of(make_animation(controlnet=units)))
    found = {problem.path: problem.message for problem in caught.value.problems}
    for path in ("0.preprocessor_model", "0.preprocessor_detector", "1.preprocessor_model"):
        assert "is not given, and there is none in" in found[f"controlnet.{path}"]
    assert "is a model of type 'vitpose'" in found["controlnet.2.preprocessor_model"]


def test_the_networks_are_among_the_inputs_of_the_film(make_animation: Make, models: Path) -> None:
    units = [{"model": "net", "module": module} for module in ("openpose", "segmentation")]
    film = make_animation(controlnet=units, diffusion={"model_folders": [str(models)]})
    found = {(one.setting, one.path.name) for one in inputs_of(film) if "preprocessor" in one.setting}
    assert found == {
        ("controlnet.preprocessor_model", "pose"),
        ("controlnet.preprocessor_detector", "people"),
        ("controlnet.preprocessor_model", "segments"),
    }
