"""A second checkpoint that makes the last steps."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from animator.errors import ModelError
from animator.models.diffusion.batch import generate_batch
from animator.models.diffusion.checkpoints.facts import facts_of
from animator.models.diffusion.checkpoints.find import find_checkpoint
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.stable import StableDiffuser
from animator.models.diffusion.tuning import Refiner
from animator.models.diffusion.unet_engine import UNetEngine
from schedules import PromptFrame
from tests.animator.models.diffusion import hypernetwork_files, lora_files, tiny_models
from tests.opened import open_stable

CPU = torch.device("cpu")
Opened = Callable[[str], StableDiffuser]
Folder = Callable[[str], Path]


@pytest.fixture(scope="module")
def second(models: Path) -> str:
    """Another tiny sd1."""
    return str(tiny_models.write_folder("sd1", models / "folders" / "second", seed=8))


@pytest.fixture
def request_(request_: GenerationRequest) -> GenerationRequest:
    return replace(request_, image=None, steps=6)


def test_it_makes_the_last_steps(folder_of: Folder, request_: GenerationRequest, second: str) -> None:
    diffuser = open_stable(str(folder_of("sd1")), CPU)
    plain = diffuser.generate(request_)
    all_steps = diffuser.generate(replace(request_, refiner=Refiner(second, 0.0)))
    assert torch.equal(all_steps, open_stable(second, CPU).generate(request_))
    no_step = diffuser.generate(replace(request_, refiner=Refiner(second, 1.0)))
    assert torch.equal(no_step, plain)
    half = diffuser.generate(replace(request_, refiner=Refiner(second, 0.5)))
    assert all(float((half - other).abs().max()) > 0.05 for other in (plain, all_steps))
    assert torch.equal(diffuser.generate(request_), plain)
    assert {record.name for record in diffuser.records} == {str(folder_of("sd1")), second}


@pytest.mark.parametrize(
    ("share", "steps", "steps_run", "first"),
    [(0.8, 20, 20, 16), (0.8, 20, 7, 3), (0.5, 20, 7, 0), (1.0, 20, 7, 7), (0.0, 20, 20, 0), (0.33, 3, 3, 1)],
)
def test_skipped_steps_count_as_made(share: float, steps: int, steps_run: int, first: int) -> None:
    assert Refiner("any", share).first_step(steps, steps_run) == first


def test_the_model_is_no_refiner_of_itself(folder_of: Folder, request_: GenerationRequest) -> None:
    name = str(folder_of("sd1"))
    diffuser = open_stable(name, CPU)
    assert torch.equal(
        diffuser.generate(replace(request_, refiner=Refiner(name))), diffuser.generate(request_)
    )


@pytest.mark.parametrize("form", ["folder", "file"])
def test_the_refiner_of_sdxl_takes_over(
    folder_of: Folder, file_of: Folder, request_: GenerationRequest, form: str
) -> None:
    place = folder_of("sdxl-refiner") if form == "folder" else file_of("sdxl-refiner")
    options = LoadOptions(architecture=str(folder_of("sdxl-refiner"))) if form == "file" else LoadOptions()
    diffuser = open_stable(str(folder_of("sdxl")), CPU, options)
    plain = diffuser.generate(request_)
    refined = diffuser.generate(replace(request_, refiner=Refiner(str(place), 0.5)))
    assert torch.isfinite(refined).all() and float((refined - plain).abs().max()) > 0.05
    other = open_stable(str(folder_of("sdxl")), CPU)
    same = other.generate(replace(request_, refiner=Refiner(str(folder_of("sdxl-refiner")), 0.5)))
    assert torch.allclose(refined, same, atol=1e-5)


def test_the_refiner_scores_the_negative_prompt_low(folder_of: Folder, request_: GenerationRequest) -> None:
    diffuser = open_stable(str(folder_of("sdxl-refiner")), CPU)
    engine, seen = diffuser.engine(), []
    assert isinstance(engine, UNetEngine)
    handle = engine.model.unet.register_forward_pre_hook(
        lambda _module, _args, kwargs: seen.append(kwargs["added_cond_kwargs"]["time_ids"]), with_kwargs=True
    )
    diffuser.generate(replace(request_, steps=1))
    handle.remove()
    assert seen[0].tolist() == [[64, 64, 0, 0, 2.5], [64, 64, 0, 0, 6.0]]


def test_lora_files_act_on_both_models_of_one_base(
    folder_of: Folder, request_: GenerationRequest, second: str, tmp_path: Path
) -> None:
    made = lora_files.factors(tiny_models.pipeline("sd1"))
    lora = lora_files.kohya(made, tmp_path / "ink.safetensors", alpha=4)
    prompt = PromptFrame(f"a cat <lora:{lora}:0.9>", "")
    diffuser = open_stable(str(folder_of("sd1")), CPU)
    refined = diffuser.generate(replace(request_, prompt=prompt, refiner=Refiner(second, 0.0)))
    assert torch.equal(refined, open_stable(second, CPU).generate(replace(request_, prompt=prompt)))


def test_what_prompts_add_to_sdxl_does_not_stop_its_refiner(
    folder_of: Folder, request_: GenerationRequest, tmp_path: Path
) -> None:
    """It takes the second encoder's vectors of a textual inversion, and no LoRA and no hypernetwork."""
    lora = lora_files.kohya(
        lora_files.factors(tiny_models.pipeline("sdxl")), tmp_path / "l.safetensors", alpha=4
    )
    net = hypernetwork_files.safetensors({80: hypernetwork_files.pair(80)}, tmp_path / "h.safetensors")
    save_file({"clip_l": torch.ones(2, 32), "clip_g": torch.ones(2, 48)}, tmp_path / "moss.safetensors")
    diffuser = open_stable(str(folder_of("sdxl")), CPU, LoadOptions(Library((tmp_path,))))
    refined = replace(request_, refiner=Refiner(str(folder_of("sdxl-refiner")), 0.0))
    plain = diffuser.generate(refined)
    tagged = PromptFrame(f"{request_.prompt.positive}<lora:{lora}:1><hypernet:{net}:1>", "blurry")
    assert torch.equal(diffuser.generate(replace(refined, prompt=tagged)), plain)
    inverted = replace(refined, prompt=PromptFrame("moss on a mat", "blurry"))
    assert float((diffuser.generate(inverted) - plain).abs().max()) > 0.01


def test_a_batch_is_refined_together(folder_of: Folder, request_: GenerationRequest, second: str) -> None:
    diffuser = open_stable(str(folder_of("sd1")), CPU)
    requests = [replace(request_, seed=seed, refiner=Refiner(second, 0.5)) for seed in range(2)]
    for one, other in zip(
        generate_batch(diffuser, requests), [diffuser.generate(r) for r in requests], strict=True
    ):
        assert float((one - other).abs().max()) < 1 / 255


@pytest.mark.parametrize("kind", ["sdxl", "flux"])
def test_a_refiner_of_another_base_is_refused(
    folder_of: Folder, request_: GenerationRequest, kind: str
) -> None:
    diffuser = open_stable(str(folder_of("sd1")), CPU)
    with pytest.raises(ModelError, match=f"refiner .*{kind}: has other latents than the model .* same base"):
        diffuser.generate(replace(request_, refiner=Refiner(str(folder_of(kind)), 0.5)))
    diffuser.generate(request_)


def test_transformers_have_no_refiner(opened: Opened, request_: GenerationRequest, second: str) -> None:
    with pytest.raises(ModelError, match=r"a refiner: the model .* does not support it"):
        opened("flux").generate(replace(request_, refiner=Refiner(second)))


def test_a_film_needs_a_base_model_beside_the_refiner(file_of: Folder) -> None:
    with pytest.raises(ModelError, match="kind SDXL refiner checkpoint, which needs a base model"):
        facts_of(find_checkpoint(str(file_of("sdxl-refiner"))))
