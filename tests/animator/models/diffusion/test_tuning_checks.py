"""What a check says of refiners, FreeU, deep shrink and hypernetworks that cannot work."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import save_file

from animator.errors import PresetError
from animator.models.diffusion.checkpoints.inventory import model_table
from animator.presets.load import load
from animator.runs.preflight.check_film import check_animation
from animator.runs.preflight.estimate import estimate
from animator.settings import Animation
from animator.settings.ineffective import ineffective_settings
from animator.timeline.timeline import Timeline
from tests.animator.models.diffusion import hypernetwork_files, lora_files, tiny_models
from tests.fakes import Make

Folder = Callable[[str], Path]
ON = {"enabled": True}


@pytest.fixture
def film_of(make_animation: Make, folder_of: Folder, tmp_path: Path) -> Make:
    """A film of a kind of tiny model."""

    def make(kind: str = "sd1", **settings: Any) -> Animation:
        diffusion = {"seed": 7, "model_folders": [str(tmp_path)], **settings.pop("diffusion", {})}
        return make_animation(model=str(folder_of(kind)), diffusion=diffusion, **settings)

    return make


def problems(film: Animation) -> list[str]:
    """The problems of a film, each with its setting."""
    try:
        check_animation(film)
    except PresetError as error:
        return [f"{problem.path}: {problem.message}" for problem in error.problems]
    return []


@pytest.mark.parametrize("form", ["folder", "file"])
def test_the_refiner_of_sdxl_is_one_for_sdxl(
    film_of: Make, folder_of: Folder, file_of: Folder, form: str
) -> None:
    refiner = str((folder_of if form == "folder" else file_of)("sdxl-refiner"))
    assert problems(film_of("sdxl", diffusion={"refiner": refiner})) == []


@pytest.mark.parametrize("form", ["folder", "file"])
def test_it_is_no_film_model(make_animation: Make, folder_of: Folder, file_of: Folder, form: str) -> None:
    refiner = str((folder_of if form == "folder" else file_of)("sdxl-refiner"))
    (problem,) = problems(make_animation(model=refiner))
    assert f"the {form} is of kind SDXL refiner checkpoint, which needs a base model" in problem
    assert "name this one in diffusion.refiner" in problem


@pytest.mark.parametrize(
    ("base", "kind", "named"),
    [
        ("sd1", "sdxl", "is SDXL, whose latents are not those of the model"),
        ("sdxl", "sd1", "is Stable Diffusion 1, whose latents"),
        ("sd1", "sdxl-refiner", "is SDXL refiner, whose latents"),
        ("sd1", "flux", "is Flux, whose latents"),
    ],
)
def test_a_refiner_of_another_base_is_refused(
    film_of: Make, folder_of: Folder, base: str, kind: str, named: str
) -> None:
    film = film_of(base, diffusion={"refiner": {0: "", 3: str(folder_of(kind))}})
    (problem,) = problems(film)
    assert problem.startswith("diffusion.refiner: frame 3: ") and named in problem
    assert "use a refiner of the same base" in problem


def test_the_built_in_model_has_latents_of_its_own(make_animation: Make, folder_of: Folder) -> None:
    (problem,) = problems(make_animation(diffusion={"refiner": str(folder_of("sd1"))}))
    assert "are not those of the model starter, which is built in" in problem
    assert problems(make_animation(diffusion={"refiner": "starter"})) == []


@pytest.mark.parametrize(
    ("refiner", "named"),
    [
        ("nowhere.safetensors", "frame 2: model nowhere.safetensors: there is no such folder or file"),
        ("ink", "cannot generate images: the file is of kind LoRA"),
        ("torn", "torn.safetensors: is truncated"),
    ],
)
def test_a_refiner_that_is_no_model_is_refused(
    film_of: Make, tmp_path: Path, file_of: Folder, refiner: str, named: str
) -> None:
    lora_files.kohya(lora_files.factors(tiny_models.pipeline("sd1")), tmp_path / "ink.safetensors", alpha=4)
    (tmp_path / "torn.safetensors").write_bytes(file_of("sd1").read_bytes()[:-9])
    (problem,) = problems(film_of(diffusion={"refiner": {0: "", 2: refiner}}))
    assert named in problem


def test_a_lora_has_to_fit_refiners_but_sdxls(
    film_of: Make, folder_of: Folder, file_of: Folder, tmp_path: Path
) -> None:
    save_file(lora_of(2048), tmp_path / "ink.safetensors")
    prompts = {"prompts": "a lake <lora:ink:1>"}
    assert problems(film_of("sdxl", diffusion={"refiner": str(folder_of("sdxl-refiner"))}, **prompts)) == []
    save_file(lora_of(768), tmp_path / "ink.safetensors")
    (problem,) = problems(film_of("sd1", diffusion={"refiner": str(file_of("sd2"))}, **prompts))
    assert "this LoRA was made for Stable Diffusion 1; the model" in problem and "sd2" in problem


def lora_of(width: int) -> dict[str, Any]:
    import torch

    return {"lora_unet_a_attn2_to_k.lora_down.weight": torch.zeros(4, width)}


@pytest.mark.parametrize("kind", ["sd3", "flux"])
@pytest.mark.parametrize(
    ("setting", "settings"),
    [
        ("diffusion.refiner", {"diffusion": {"sampler": "Euler", "refiner": "starter"}}),
        ("freeu.enabled", {"freeu": ON}),
        ("deep_shrink.enabled", {"deep_shrink": ON}),
    ],
)
def test_transformers_refuse_it(film_of: Make, kind: str, setting: str, settings: dict[str, Any]) -> None:
    (problem,) = problems(film_of(kind, **{"diffusion": {"sampler": "Euler"}, **settings}))
    assert problem == f"{setting}: is not supported by this model; Stable Diffusion 1, 2 and XL do"
    assert problems(film_of(kind, diffusion={"sampler": "Euler"}, freeu={**ON, "end": 0})) == []


@pytest.mark.parametrize(
    ("named", "settings"),
    [
        ("freeu.enabled", {"freeu": ON}),
        ("deep_shrink.enabled", {"deep_shrink": ON}),
        ("<hypernet:...> in the prompts", {"prompts": {0: "a", 3: "a <hypernet:ink:0.5>"}}),
    ],
)
def test_compiled_models_are_not_changed(
    film_of: Make, tmp_path: Path, named: str, settings: dict[str, Any]
) -> None:
    hypernetwork_files.safetensors({32: hypernetwork_files.pair(32)}, tmp_path / "ink.safetensors")
    (problem,) = problems(film_of(diffusion={"speed": "compiled"}, **settings))
    assert problem.startswith(f"diffusion.speed: is compiled; {named} changes the model")
    assert problems(film_of(**settings)) == []


def test_a_broken_tag_is_reported_by_the_prompt(film_of: Make) -> None:
    (problem,) = problems(film_of(diffusion={"speed": "compiled"}, prompts="a <hypernet:ink:much>"))
    assert problem.startswith("prompts: frame 0: ") and "the strength is not a number" in problem


def test_deep_shrink_goes_with_no_controlnet_that_acts(film_of: Make, nets: Path) -> None:
    unit = {"model": str(nets / "sd1-folder"), "weight": {0: 0, 3: 1}}
    (problem,) = problems(film_of(deep_shrink=ON, controlnet=[unit]))
    assert problem.startswith("deep_shrink.enabled: does not go with controlnet.0 at frame 1")
    for end in ({0: 0.5, 1: 0}, 0):
        assert problems(film_of(deep_shrink={**ON, "end": end}, controlnet=[unit])) == []
    assert problems(film_of(deep_shrink=ON, controlnet=[{**unit, "enabled": False}])) == []


def test_a_block_that_a_model_does_not_have_is_refused(film_of: Make, folder_of: Folder) -> None:
    (problem,) = problems(film_of(deep_shrink={**ON, "block": {0: 8, 4: 12}}))
    assert problem.startswith("deep_shrink.block: is 9 at frame 1; the model ")
    assert problem.endswith("has the input blocks 0 to 8")
    assert problems(film_of(deep_shrink={**ON, "block": 8})) == []


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"freeu": {**ON, "b1": "0: (1), 4: (-1)"}}, "freeu.b1: is 0 at frame 2; expected above 0"),
        ({"freeu": {**ON, "end": 2}}, "freeu.end: is 2 at frame 0; expected 0 to 1"),
        ({"freeu": {"enabled": "perhaps"}}, "freeu.enabled"),
        ({"freeu": 1}, "freeu: is a group of settings; did you mean `freeu.enabled`"),
        (
            {"deep_shrink": {**ON, "factor": 0.5}},
            "deep_shrink.factor: is 0.5 at frame 0; expected at least 1",
        ),
        ({"deep_shrink": {**ON, "block": -1}}, "deep_shrink.block: is -1 at frame 0; expected at least 0"),
        ({"diffusion": {"refiner_share": 2}}, "diffusion.refiner_share: is 2 at frame 0; expected 0 to 1"),
        ({"diffusion": {"tiling": "z"}}, "diffusion.tiling: expected true, false, x or y"),
        ({"diffusion": {"tiling": 3}}, "diffusion.tiling: expected true, false, x or y"),
        ({"diffusion": {"seed_resize_from": [100, 64]}}, "diffusion.seed_resize_from"),
        ({"diffusion": {"seed_resize_from": 512}}, "diffusion.seed_resize_from"),
        ({"diffusion": {"refiner_switch_at": 0.5}}, "did you mean `diffusion.refiner_share`"),
    ],
)
def test_a_wrong_value_is_named(settings: dict[str, Any], named: str) -> None:
    with pytest.raises(PresetError) as caught:
        load(settings)
    assert named in str(caught.value)


def test_settings_that_are_switched_off_are_said_to_have_no_effect(make_animation: Make) -> None:
    film = make_animation(
        diffusion={"refiner_share": 0.5, "seed_resize_from": [64, 64]},
        freeu={"b1": 2},
        deep_shrink={"factor": 3, "block": 2},
    )
    assert [str(found) for found in ineffective_settings(film)] == [
        "diffusion.refiner_share: has no effect; it needs diffusion.refiner",
        "diffusion.seed_resize_from: has no effect; it needs another size than the film's",
        "freeu.b1: has no effect; it needs freeu.enabled: true",
        "deep_shrink.block, deep_shrink.factor: have no effect; they need deep_shrink.enabled: true",
    ]


def test_what_never_has_a_step_is_said_to_have_no_effect(make_animation: Make) -> None:
    film = make_animation(freeu={**ON, "end": 0}, deep_shrink={**ON, "start": "0: (0.5), 5: (1)"})
    assert [str(found) for found in ineffective_settings(film)] == [
        "freeu.enabled: has no effect; it needs freeu.start below freeu.end",
        "deep_shrink.enabled: has no effect; it needs deep_shrink.start below deep_shrink.end",
    ]


def test_refiners_are_listed_as_such(file_of: Folder) -> None:
    folder = file_of("sdxl-refiner").parent
    lines = [line for line in model_table((folder,), hashes=False) if "sdxl-refiner" in line]
    assert len(lines) == 1 and lines[0].startswith("SDXL refiner checkpoint")


def test_the_estimate_counts_the_steps_of_a_refiner(make_animation: Make) -> None:
    diffusion = {"steps": 20, "strength": 0.5, "refiner": {0: "", 2: "other"}, "refiner_share": 0.8}
    needed = estimate(Timeline(make_animation(frames=4, diffusion=diffusion)))
    assert (needed.steps, needed.refiner_steps) == (20 + 3 * 10, 2 * 4)
    assert str(needed).startswith("about 50 diffusion steps (8 of a refiner), up to ")
    own = estimate(Timeline(make_animation(diffusion={"refiner": "starter"})))
    assert own.refiner_steps == 0  # the model is no refiner of itself
