"""Trainings of flow-matching models: settings of noise levels, precision, and what is refused in words."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from animator.errors import ModelError, PresetError
from animator.training.finetune.attach import attach
from animator.training.finetune.flow_trainee import sigmas_at
from animator.training.finetune.open_model import open_model, open_pipeline
from tests.animator.training.finetune.trainings import checked, equal, state, train

CPU = torch.device("cpu")
ModelOf = Callable[[str], str]


@pytest.mark.parametrize(
    ("name", "value"), [("flow.timesteps", "uniform"), ("flow.shift", 3.0), ("flow.guidance", 3.5)]
)
def test_each_setting_of_noise_levels_acts(
    name: str, value: Any, images: Path, model_of: ModelOf, tmp_path: Path
) -> None:
    base: dict[str, Any] = {"model": model_of("flux"), "steps": 2, "rate": "1e-2"}
    train("lora", images, tmp_path / "plain", **base)
    train("lora", images, tmp_path / "other", **base, **{name: value})
    assert not equal(state(tmp_path / "plain"), state(tmp_path / "other"))


def test_noise_levels_are_distributed_as_they_are_called() -> None:
    positions = (torch.arange(1000, dtype=torch.float64) + 0.5) / 1000
    normal = torch.special.logit(sigmas_at(positions, "logit-normal", 1.0))
    assert abs(normal.mean()) < 1e-3 and abs(normal.std() - 1) < 0.01
    assert torch.equal(sigmas_at(positions, "uniform", 1.0), positions.clamp(min=1e-3))
    assert sigmas_at(torch.tensor([0.5]), "uniform", 3.0).item() == pytest.approx(0.75)
    assert sigmas_at(torch.zeros(1), "logit-normal", 3.0).item() == pytest.approx(1e-3)


def test_a_models_own_shift_is_used_where_it_is_one_number(
    images: Path, model_of: ModelOf, tmp_path: Path
) -> None:
    shared: dict[str, Any] = {"steps": 2, "rate": "1e-2", "model": model_of("sd3")}
    for name, shift in {"open": None, "own": 3.0, "none": 1.0}.items():
        train("lora", images, tmp_path / name, **shared, flow={"shift": shift})
    states = {name: state(tmp_path / name) for name in ("open", "own", "none")}
    assert equal(states["open"], states["own"]) and not equal(states["open"], states["none"])


@pytest.mark.parametrize(
    ("kind", "settings", "path", "words"),
    [
        ("dreambooth", {}, "kind", "is dreambooth; Flux is taught as a LoRA"),
        ("embedding", {}, "kind", "is embedding; Flux is taught as a LoRA"),
        ("hypernetwork", {}, "kind", "is hypernetwork; Flux is taught as a LoRA"),
        ("lora", {"text_encoder": True}, "text_encoder", "CLIP-L and T5-XXL stay as they are"),
        ("lora", {"loss.min_snr": 5}, "loss.min_snr", "flow.timesteps"),
        ("lora", {"lora.format": "kohya"}, "lora.format", "diffusers' names"),
        ("lora", {"clip_skip": 2}, "clip_skip", "reads the same layers"),
        ("lora", {"preview.sampler": "Euler a"}, "preview.sampler", "takes no fresh noise"),
        ("lora", {"size": 72}, "size", "multiples of 16"),
        ("lora", {"flow.shift": 0}, "flow.shift", "0"),
    ],
)
def test_what_these_models_cannot_do_is_said(
    kind: str,
    settings: dict[str, Any],
    path: str,
    words: str,
    images: Path,
    model_of: ModelOf,
    tmp_path: Path,
) -> None:
    with pytest.raises(PresetError) as caught:
        checked(kind, images, tmp_path, model=model_of("flux"), **settings)
    (problem,) = caught.value.problems
    assert problem.path == path and words in problem.message


def test_their_settings_are_refused_for_others(images: Path, tmp_path: Path) -> None:
    with pytest.raises(PresetError, match="is for flow-matching models"):
        checked("lora", images, tmp_path, **{"flow.guidance": 3.5})


def test_a_model_whose_family_shows_when_it_is_loaded_is_refused_then(
    images: Path, model_of: ModelOf, tmp_path: Path
) -> None:
    settings = checked("embedding", images, tmp_path).settings
    with pytest.raises(ModelError, match="kind: is embedding; Flux is taught as a LoRA"):
        open_pipeline(settings.model_copy(update={"model": model_of("flux")}), CPU)


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_weights_of_the_model_have_the_precision_asked_for(
    precision: str, images: Path, model_of: ModelOf, tmp_path: Path
) -> None:
    settings = checked("lora", images, tmp_path, model=model_of("flux"), precision=precision).settings
    pipeline = open_pipeline(settings, CPU)
    taught = open_model(pipeline, settings, CPU)
    target = attach(settings, taught, pipeline)
    dtypes = {"fp32": torch.float32, "bf16": torch.bfloat16}
    frozen = {weight.dtype for weight in pipeline.transformer.parameters() if not weight.requires_grad}
    assert frozen == {dtypes[precision]}
    assert {weight.dtype for weight in target.image_weights.values()} == {torch.float32}
    trained = train("lora", images, tmp_path, model=model_of("flux"), precision=precision, rate="1e-2")
    assert trained.result is not None
