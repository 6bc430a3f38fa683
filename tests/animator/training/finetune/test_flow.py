"""LoRA for flow-matching models: the loss, what is learned, files in diffusers, films, resuming."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import diffusers
import pytest
import torch
from PIL import Image
from safetensors import safe_open
from torch import Tensor

from animator.generation.generate import generate
from animator.models.diffusion.checkpoints.flow_families import FLOW_FAMILIES
from animator.models.diffusion.checkpoints.identify import identify
from animator.runs.render_run import render_run
from animator.runs.run import Run
from animator.training.finetune.attach import attach
from animator.training.finetune.open_model import open_model, open_pipeline, trainee_of
from tests.animator.training.finetune.trainings import StopAfter, checked, equal, state, train
from tests.fakes import Make

CPU = torch.device("cpu")
ModelOf = Callable[[str], str]
LORA = {"rank": 3, "alpha": 2.0}


def opened(kind: str, model: str, **given: Any) -> Any:
    """A family's pipeline by diffusers' own loader."""
    absent = {"text_encoder_3": None, "tokenizer_3": None} if kind == "sd3" else {}
    return getattr(diffusers, FLOW_FAMILIES[kind].pipeline).from_pretrained(model, **absent, **given)


def drawn_by(pipeline: Any, kind: str) -> Tensor:
    """The latents that a pipeline makes of some noise in two steps."""
    family = FLOW_FAMILIES[kind]
    pipeline.set_progress_bar_config(disable=True)
    scale = "true_cfg_scale" if family.guidance == "true" else "guidance_scale"
    asked: dict[str, Any] = {"num_inference_steps": 2, "output_type": "latent", **family.arguments}
    asked[scale] = 0.0 if family.guidance == "added" else 1.0
    generator = torch.Generator().manual_seed(1)
    return torch.as_tensor(pipeline(prompt="a cat", generator=generator, width=64, height=64, **asked).images)


def merged(pipeline: Any, weights: dict[str, Tensor], scale: float) -> Any:
    """A pipeline with trained matrices multiplied into its layers by hand."""
    for name, down in weights.items():
        if not (name.startswith("weight/transformer.") and name.endswith("lora_A")):
            continue
        path = name.removeprefix("weight/transformer.").removesuffix(".lora_A")
        module = pipeline.transformer.get_submodule(path)
        delta = (weights[name.replace("lora_A", "lora_B")].flatten(1) @ down.flatten(1)) * scale
        with torch.no_grad():
            module.weight += delta.reshape(module.weight.shape)
    return pipeline


@pytest.mark.parametrize("layers", ["transformer", "all"])
@pytest.mark.parametrize("kind", FLOW_FAMILIES)
def test_diffusers_reads_the_file_and_predicts_the_same(
    kind: str, layers: str, images: Path, model_of: ModelOf, tmp_path: Path
) -> None:
    model = model_of(kind)
    lora = {**LORA, "layers": layers}
    trained = train("lora", images, tmp_path, model=model, rate="1e-2", lora=lora, batch=2)
    assert trained.result is not None and kind in identify(trained.result).families
    loaded = opened(kind, model)
    loaded.load_lora_weights(str(trained.result))
    expected = drawn_by(merged(opened(kind, model), state(tmp_path), 2 / 3), kind)
    assert (drawn_by(loaded, kind) - expected).abs().max() < 1e-4
    assert (drawn_by(opened(kind, model), kind) - expected).abs().max() > 1e-3
    with safe_open(str(trained.result), "pt") as file:
        assert all(name.startswith("transformer.") for name in file.keys())  # noqa: SIM118 (no dict)
        assert file.metadata()["modelspec.trigger_phrase"] == "thing"
    sheets = [tmp_path / "run" / "previews" / f"00000{step}.png" for step in (0, 4)]
    assert sheets[0].read_bytes() != sheets[1].read_bytes()


def by_hand(kind: str, pipeline: Any, latents: Tensor, sigmas: Tensor) -> Tensor:
    """What a network predicts for two latents, called as its paper's training is."""
    asked = {"prompt": ["a cat", "a dog"], "prompt_2": None}
    if kind == "sd3":
        text, _, pooled, _ = pipeline.encode_prompt(**asked, prompt_3=None, do_classifier_free_guidance=False)
        return torch.as_tensor(
            pipeline.transformer(latents, text, pooled, sigmas * 1000, return_dict=False)[0]
        )
    text, pooled, text_ids = pipeline.encode_prompt(**asked)
    height, width = latents.shape[2] // 2, latents.shape[3] // 2
    places = pipeline._prepare_latent_image_ids(2, height, width, CPU, torch.float32)
    tokens = pipeline._pack_latents(latents, *latents.shape)
    made = pipeline.transformer(
        tokens,
        encoder_hidden_states=text,
        pooled_projections=pooled,
        timestep=sigmas,
        img_ids=places,
        txt_ids=text_ids,
        guidance=torch.full((2,), 2.5),
        return_dict=False,
    )[0]
    return torch.as_tensor(
        pipeline._unpack_latents(made, latents.shape[2] * 8, latents.shape[3] * 8, pipeline.vae_scale_factor)
    )


@pytest.mark.parametrize("checkpointing", [False, True], ids=["", "checkpointing"])
@pytest.mark.parametrize("kind", ["sd3", "flux"])
def test_the_gradient_is_that_of_the_loss_written_out(
    kind: str, checkpointing: bool, images: Path, model_of: ModelOf, tmp_path: Path
) -> None:
    settings = checked(
        "lora",
        images,
        tmp_path,
        model=model_of(kind),
        flow={"guidance": 2.5, "shift": 2.0, "timesteps": "uniform"},
        gradient_checkpointing=checkpointing,
    ).settings
    pipeline = open_pipeline(settings, CPU)
    taught = open_model(pipeline, settings, CPU)
    target = attach(settings, taught, pipeline)
    trainee = trainee_of(taught, settings, target, CPU)
    generator = torch.Generator().manual_seed(2)
    weights = list(target.image_weights.values())
    for weight in weights:
        weight.data = torch.randn(weight.shape, generator=generator) * 0.1
    clean, noise = (torch.randn((2, 16, 8, 8), generator=generator) for _ in range(2))
    sigmas = torch.tensor([2 * 0.25 / 1.25, 2 * 0.6 / 1.6])
    texts = trainee.conditioning(["a cat", "a dog"])
    noised = trainee.noised(clean, noise, torch.tensor([0.25, 0.6]))
    predicted = trainee.predict(noised, texts)
    loss = (predicted - trainee.target(noised, texts, None)).square().mean()
    made = torch.autograd.grad(loss, weights)
    wide = sigmas[:, None, None, None]
    latents = clean * (1 - wide) + noise * wide
    expected = (by_hand(kind, pipeline, latents, sigmas) - (noise - clean)).square().mean()
    gradients = torch.autograd.grad(expected, weights)
    assert loss.item() == pytest.approx(expected.item(), rel=1e-5)
    scale = max(gradient.abs().max() for gradient in gradients)
    assert all((one - other).abs().max() < 1e-4 * scale for one, other in zip(made, gradients, strict=True))


@pytest.mark.parametrize("kind", ["flux", "z-image"])
def test_two_images_are_learned(kind: str, model_of: ModelOf, tmp_path: Path) -> None:
    for index, color in enumerate([(200, 40, 30), (20, 60, 200)]):
        image = Image.new("RGB", (64, 64), color)
        image.paste((255, 255, 255), (10 + 20 * index, 10, 30 + 20 * index, 40))
        image.save(tmp_path / f"{index}.png")
    settings: dict[str, Any] = {
        "steps": 120,
        "rate": "1e-2",
        "batch": 4,
        "lora": {"rank": 16, "layers": "all"},
    }
    train("lora", tmp_path, tmp_path, model=model_of(kind), save_every=120, **settings)
    curve = (tmp_path / "run" / "curve.jsonl").read_text().splitlines()
    losses = [json.loads(line)["loss"] for line in curve]
    assert sum(losses[-3:]) / 3 < 0.6 * losses[0]


@pytest.mark.parametrize("kind", ["flux", "qwen-image"])
def test_a_stopped_training_ends_as_if_it_had_not(
    kind: str, images: Path, model_of: ModelOf, tmp_path: Path
) -> None:
    settings: dict[str, Any] = {
        "model": model_of(kind),
        "steps": 6,
        "lora": {"dropout": 0.3},
        "data": {"flip": True, "caption_dropout": 0.3},
        "accumulate": 2,
    }
    train("lora", images, tmp_path / "whole", **settings)
    for stop in (1, 2):
        assert train("lora", images, tmp_path / "parts", StopAfter(stop), **settings).result is None
    train("lora", images, tmp_path / "parts", **settings)
    assert equal(state(tmp_path / "whole"), state(tmp_path / "parts"))


def frames(animation: Any, place: Path) -> list[bytes]:
    """The pixels of a film's frames."""
    with Run.create(place, animation) as run:
        render_run(run, device="cpu")
    return [Image.open(path).tobytes() for path in sorted((place / "frames").glob("*.png"))]


def test_a_film_with_it_is_another_one_and_weight_0_is_none(
    images: Path, model_of: ModelOf, tmp_path: Path, make_animation: Make
) -> None:
    train("lora", images, tmp_path, model=model_of("flux"), rate="5e-2")
    diffusion = {
        "model_folders": [str(tmp_path / "models")],
        "sampler": "Euler",
        "steps": 2,
        "seed": 3,
    }
    made = {}
    for name, tag in {"plain": "", "zero": "<lora:thing:0>", "scheduled": "<lora:thing:`t/3`>"}.items():
        prompts = {0: f"a cat {tag}"}
        film = make_animation(frames=3, model=model_of("flux"), prompts=prompts, diffusion=diffusion)
        made[name] = frames(film, tmp_path / name)
    assert made["plain"] == made["zero"]
    assert made["scheduled"][0] == made["plain"][0]
    assert all(one != other for one, other in zip(made["plain"][1:], made["scheduled"][1:], strict=True))


def test_single_images_follow_its_name(images: Path, model_of: ModelOf, tmp_path: Path) -> None:
    model = model_of("z-image")
    train("lora", images, tmp_path, model=model, rate="5e-2")
    asked: dict[str, Any] = {"size": 64, "steps": 2, "sampler": "Euler", "device": "cpu"}
    folders = [str(tmp_path / "models")]
    with_it, without = (
        generate(text, model=model, model_folders=folders, **asked)[0].pixels
        for text in ("a cat <lora:thing:1>", "a cat")
    )
    assert (with_it != without).any()
