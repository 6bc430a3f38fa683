"""All training stages in miniature, run as commands, and the resulting model."""

import json
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner, Result

from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.stable import open_diffuser
from schedules import PromptFrame


@pytest.fixture(scope="module")
def training_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from animator.training import data

    folder = tmp_path_factory.mktemp("training_run")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data, "SHARD", 10)
        run(folder, "all")
    return folder


def run(folder: Path, *arguments: str, folder_option: str = "--folder") -> Result:
    import dataclasses

    import typer

    from animator.training import train
    from animator.training.recipes import RECIPES, EvaluationSize

    app = typer.Typer()
    app.command()(train.main)
    evaluation = EvaluationSize(classifier_images=10, classifier_steps=2, held_out=10, prompts=4, frames=3)
    recipe = dataclasses.replace(RECIPES["tiny"], images=(10, 0), evaluation=evaluation)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(RECIPES, "tiny", recipe)
        options = [folder_option, str(folder), "--recipe", "tiny", "--workers", "1"]
        result = CliRunner().invoke(app, [*arguments, *options])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_every_stage_leaves_a_curve_and_a_result(training_run: Path) -> None:
    for stage, metric in (
        ("autoencoder", "psnr"),
        ("denoiser", "held_out_32"),
        ("distilled", "guided_16"),
    ):
        lines = [json.loads(line) for line in (training_run / stage / "curve.jsonl").read_text().splitlines()]
        assert [line["step"] for line in lines] == [5, 10]
        assert metric in lines[0]
        assert (training_run / stage / "result.safetensors").exists()


def test_the_packed_model_is_evaluated(training_run: Path) -> None:
    results = json.loads((training_run / "evaluation" / "distilled.json").read_text())
    assert results["manner"] == "DPM++ 2M, 4 steps, cfg_scale 3"
    assert results["prompts"] == 4
    assert 0 <= results["kind_accuracy"] <= 1
    assert results["held_out_v_mse"] > 0
    assert {"frechet_distance", "film_contrast_ratio", "seconds_512"} <= set(results)
    assert (training_run / "evaluation" / "distilled.png").read_bytes().startswith(b"\x89PNG")


def test_the_model_is_half_precision_and_contains_no_paths(training_run: Path) -> None:
    from safetensors.torch import load_file

    weights = load_file(training_run / "model" / "unet" / "diffusion_pytorch_model.safetensors")
    assert {value.dtype for value in weights.values()} == {torch.float16}
    for path in (training_run / "model").rglob("*.json"):
        assert str(training_run) not in path.read_text()


@pytest.mark.parametrize("sampler", ["Euler a", "DPM++ 2M", "DDIM", "LCM"])
@pytest.mark.parametrize("cfg_scale", [1.0, 5.0])
def test_the_model_generates_with_every_kind_of_sampler(
    training_run: Path, sampler: str, cfg_scale: float
) -> None:
    diffuser = open_diffuser(str(training_run / "model"), torch.device("cpu"))
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
def test_models_with_and_without_guidance_input_are_evaluated(
    training_run: Path, tmp_path: Path, stage: str
) -> None:
    from animator.training import data
    from animator.training.evaluation.metrics import Model, autoencoder_metrics, denoising_metrics

    run(training_run, "pack", "--packed", stage, "--target", str(tmp_path / stage))
    held_out, model = data.read_images(training_run / "pictures" / "held_out-256"), Model(tmp_path / stage)
    assert 0 < denoising_metrics(model, held_out, 4)["held_out_v_mse"] < 3
    assert autoencoder_metrics(model, held_out, 4)["psnr_db"] > 5


def test_a_model_with_guidance_input_can_be_trained_further(training_run: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file

    (tmp_path / "pictures").symlink_to(training_run / "pictures")
    base = str(training_run / "model")
    run(tmp_path, "denoiser", "--base", base, "--steps", "1", "--rate", "0", "--favor", "a, the sea")
    result = load_file(tmp_path / "denoiser" / "result.safetensors")
    packed = load_file(training_run / "model" / "unet" / "diffusion_pytorch_model.safetensors")
    assert not any("cond_proj" in name for name in result)
    assert torch.equal(result["unet.conv_in.weight"], packed["conv_in.weight"].float())


def test_packing_into_a_folder_with_files_is_refused(training_run: Path) -> None:
    result = run(training_run, "pack")
    assert result.exit_code == 2
    assert "is not empty" in result.output


def test_a_stage_without_its_inputs_names_the_stage_to_run_first(training_run: Path, tmp_path: Path) -> None:
    (tmp_path / "pictures").symlink_to(training_run / "pictures")
    (tmp_path / "tokenizer").symlink_to(training_run / "tokenizer")
    result = run(tmp_path, "distilled")
    assert result.exit_code == 2
    assert "train denoiser" in result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("paint",), "expected one of data"),
        (("denoiser", "--size-mix", "16"), "SIDExBATCH"),
        (("data", "--device", "abacus"), "device abacus"),
    ],
)
def test_mistakes_are_explained(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    result = run(tmp_path, *arguments)
    assert result.exit_code == 2
    assert message in result.output


def test_old_option_names_work_with_one_deprecation_line_each(tmp_path: Path) -> None:
    result = run(tmp_path, "denoiser", "--diet", "16x4", folder_option="--workshop")
    assert "warning: --workshop is deprecated; use --folder" in result.output
    assert "warning: --diet is deprecated; use --size-mix" in result.output
    assert result.output.count("deprecated") == 2
    assert f"{tmp_path}/pictures/256: 0 shards of images" in result.output


@pytest.mark.parametrize("command", ["train", "evaluate"])
def test_a_missing_folder_is_reported(command: str) -> None:
    import importlib

    import typer

    app = typer.Typer()
    app.command()(importlib.import_module(f"animator.training.{command}").main)
    result = CliRunner().invoke(app, ["data"])
    assert result.exit_code == 2
    assert "--folder is missing" in result.output
    assert "--workshop" not in CliRunner().invoke(app, ["--help"]).output
