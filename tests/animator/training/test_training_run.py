"""The stages one after the other, as the command runs them, in miniature; and the model that comes out."""

import json
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner, Result

from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.stable import open_diffuser
from schedules import PromptFrame


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from animator.training import data

    folder = tmp_path_factory.mktemp("workshop")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data, "SHARD", 10)
        run(folder, "all")
    return folder


def run(folder: Path, *arguments: str) -> Result:
    import dataclasses

    import typer

    from animator.training import train
    from animator.training.recipes import RECIPES, EvaluationSize

    app = typer.Typer()
    app.command()(train.main)
    extent = EvaluationSize(classifier_images=10, classifier_steps=2, held_out=10, prompts=4, frames=3)
    recipe = dataclasses.replace(RECIPES["tiny"], images=(10, 0), evaluation=extent)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(RECIPES, "tiny", recipe)
        options = ["--workshop", str(folder), "--recipe", "tiny", "--workers", "1"]
        result = CliRunner().invoke(app, [*arguments, *options])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_every_stage_leaves_a_curve_and_a_result(workshop: Path) -> None:
    for stage, measured in (
        ("autoencoder", "psnr"),
        ("denoiser", "held_out_32"),
        ("distilled", "guided_16"),
    ):
        lines = [json.loads(line) for line in (workshop / stage / "curve.jsonl").read_text().splitlines()]
        assert [line["step"] for line in lines] == [5, 10]
        assert measured in lines[0]
        assert (workshop / stage / "result.safetensors").exists()


def test_the_model_is_measured_at_the_end(workshop: Path) -> None:
    found = json.loads((workshop / "evaluation" / "distilled.json").read_text())
    assert found["manner"] == "DPM++ 2M, 4 steps, cfg_scale 3"
    assert found["prompts"] == 4
    assert 0 <= found["kind_accuracy"] <= 1
    assert found["held_out_v_mse"] > 0
    assert {"frechet_distance", "film_contrast_ratio", "seconds_512"} <= set(found)
    assert (workshop / "evaluation" / "distilled.png").read_bytes().startswith(b"\x89PNG")


def test_the_model_is_half_precision_and_knows_no_paths(workshop: Path) -> None:
    from safetensors.torch import load_file

    weights = load_file(workshop / "model" / "unet" / "diffusion_pytorch_model.safetensors")
    assert {value.dtype for value in weights.values()} == {torch.float16}
    for path in (workshop / "model").rglob("*.json"):
        assert str(workshop) not in path.read_text()


@pytest.mark.parametrize("sampler", ["Euler a", "DPM++ 2M", "DDIM", "LCM"])
@pytest.mark.parametrize("cfg_scale", [1.0, 5.0])
def test_the_model_draws_with_every_kind_of_sampler(workshop: Path, sampler: str, cfg_scale: float) -> None:
    diffuser = open_diffuser(str(workshop / "model"), torch.device("cpu"))
    image = diffuser.generate(
        GenerationRequest(
            frame=0,
            size=(64, 64),
            image=None,
            prompt=PromptFrame("a lake", ""),
            strength=0.0,
            steps=3,
            cfg_scale=cfg_scale,
            sampler=sampler,
            seed=1,
        )
    )
    assert image.shape == (3, 64, 64)
    assert torch.isfinite(image).all()


@pytest.mark.parametrize("stage", ["denoiser", "distilled"])
def test_models_with_and_without_the_scale_are_measured(workshop: Path, tmp_path: Path, stage: str) -> None:
    from animator.training import data
    from animator.training.evaluation.metrics import Model, autoencoder_metrics, denoising_metrics

    run(workshop, "pack", "--packed", stage, "--target", str(tmp_path / stage))
    held_out, model = data.read_images(workshop / "pictures" / "held_out-256"), Model(tmp_path / stage)
    assert 0 < denoising_metrics(model, held_out, 4)["held_out_v_mse"] < 3
    assert autoencoder_metrics(model, held_out, 4)["psnr_db"] > 5


def test_a_model_that_takes_the_scale_is_trained_further(workshop: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file

    (tmp_path / "pictures").symlink_to(workshop / "pictures")
    base = str(workshop / "model")
    run(tmp_path, "denoiser", "--base", base, "--steps", "1", "--rate", "0", "--favor", "a, the sea")
    found = load_file(tmp_path / "denoiser" / "result.safetensors")
    shipped = load_file(workshop / "model" / "unet" / "diffusion_pytorch_model.safetensors")
    assert not any("cond_proj" in name for name in found)
    assert torch.equal(found["unet.conv_in.weight"], shipped["conv_in.weight"].float())


def test_it_refuses_to_pack_over_something(workshop: Path) -> None:
    result = run(workshop, "pack")
    assert result.exit_code == 2
    assert "is not empty" in result.output


def test_a_stage_before_its_turn_says_which_comes_first(workshop: Path, tmp_path: Path) -> None:
    (tmp_path / "pictures").symlink_to(workshop / "pictures")
    (tmp_path / "tokenizer").symlink_to(workshop / "tokenizer")
    result = run(tmp_path, "distilled")
    assert result.exit_code == 2
    assert "train denoiser" in result.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("paint",), "expected data"),
        (("denoiser", "--diet", "16"), "SIDExBATCH"),
        (("data", "--device", "abacus"), "device abacus"),
    ],
)
def test_mistakes_are_explained(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    result = run(tmp_path, *arguments)
    assert result.exit_code == 2
    assert said in result.output
