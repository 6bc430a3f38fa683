"""Each kind of training on each family: it learns, and its result acts in films as it did in training."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import Tensor

from animator.generation.generate import generate
from animator.models.diffusion.checkpoints.identify import identify
from tests.animator.training.finetune.trainings import state, train, write_images

KINDS = ("lora", "embedding", "hypernetwork")
FAMILIES = ("starter", "sd1", "sd2", "sd2-v", "sdxl")
PROMPTS = {"lora": "a cat <lora:thing:1>", "embedding": "thing", "hypernetwork": "a cat <hypernet:thing:1>"}
RATES = {"lora": "1e-2", "embedding": "1e-1", "hypernetwork": "1e-2", "dreambooth": "1e-3"}


def drawn(prompt: str, model: str, folder: Path) -> Tensor:
    """An image as films and single images are made."""
    made = generate(prompt, model=model, size=64, steps=2, seed=1, model_folders=[str(folder)], device="cpu")
    return torch.from_numpy(made[0].pixels).float()


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_result_is_found_by_its_name_and_changes_images(
    kind: str, family: str, images: Path, model_of: Callable[[str], str], tmp_path: Path
) -> None:
    trained = train(kind, images, tmp_path, model=model_of(family), rate=RATES[kind])
    assert trained.result is not None and trained.result.stem == "thing"
    if kind != "hypernetwork":
        assert identify(trained.result).what == kind
    plain = PROMPTS[kind].partition(" <")[0] if kind != "embedding" else "something"
    with_it, without = (drawn(p, model_of(family), tmp_path / "models") for p in (PROMPTS[kind], plain))
    assert not torch.equal(with_it, without)
    assert (tmp_path / "run" / "previews" / "000000.png").is_file()
    assert (tmp_path / "run" / "previews" / "000004.png").is_file()


@pytest.mark.parametrize("family", ["starter", "sd1", "sdxl"])
def test_dreambooth_writes_a_model_that_films_open(
    family: str, images: Path, model_of: Callable[[str], str], tmp_path: Path
) -> None:
    trained = train("dreambooth", images, tmp_path, model=model_of(family), rate="1e-3")
    assert trained.result == tmp_path / "models" / "thing"
    same = drawn("a cat", model_of(family), tmp_path)
    assert not torch.equal(drawn("a cat", str(trained.result), tmp_path), same)


@pytest.mark.parametrize("kind", ["lora", "dreambooth"])
def test_text_encoders_are_trained_where_asked_for(
    kind: str, images: Path, model_of: Callable[[str], str], tmp_path: Path
) -> None:
    model = model_of("sdxl")
    train(kind, images, tmp_path / "without", model=model, rate="1e-3")
    train(kind, images, tmp_path / "with", model=model, rate="1e-3", text_encoder=True)
    without, with_texts = (set(state(tmp_path / name)) for name in ("without", "with"))
    more = {name.partition("/")[2].partition(".")[0] for name in with_texts - without}
    assert without < with_texts and more == {"text_encoder", "text_encoder_2"}


def test_a_few_images_are_learned(tmp_path: Path) -> None:
    for index, color in enumerate([(200, 40, 30), (20, 60, 200)]):
        image = Image.new("RGB", (64, 64), color)
        image.paste((255, 255, 255), (10 + 20 * index, 10, 30 + 20 * index, 40))
        image.save(tmp_path / f"{index}.png")
    train("lora", tmp_path, tmp_path, steps=120, rate="3e-3", save_every=120, lora={"rank": 16}, batch=2)
    curve = (tmp_path / "run" / "curve.jsonl").read_text().splitlines()
    losses = [json.loads(line)["loss"] for line in curve]
    assert sum(losses[-4:]) < 0.8 * sum(losses[:4])


def test_two_images_are_learned_by_heart(model_of: Callable[[str], str], tmp_path: Path) -> None:
    pair = write_images(tmp_path / "pair", 2, captions="thing")
    train(
        "dreambooth", pair, tmp_path, model=model_of("sd1"), steps=200, rate="3e-3", batch=8, save_every=200
    )
    curve = [json.loads(line)["loss"] for line in (tmp_path / "run" / "curve.jsonl").read_text().splitlines()]
    assert curve[-1] < curve[0] / 5
