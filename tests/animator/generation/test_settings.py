"""Settings of images: what is valid, where mistakes are, which files are found."""

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from animator import FakeDiffuser, ImageSettings, PresetError, generate
from animator.core.confinement import Confinement, confined


def problems(settings: object = "a lake", **more: Any) -> dict[str, str]:
    """Returns the message of each mistake by its setting."""
    with pytest.raises(PresetError) as caught:
        generate(settings, diffuser=FakeDiffuser(), **more)  # type: ignore[arg-type]
    return {problem.path: problem.message for problem in caught.value.problems}


@pytest.mark.parametrize(
    ("given", "path", "message"),
    [
        ({"steps": 0}, "steps", "input should be greater than or equal to 1; got 0"),
        ({"size": [64, 4]}, "size.1", "greater than or equal to 8"),
        ({"size": "64xx"}, "size", "expected width and height, such as [512, 320] or 512x320"),
        ({"size": "9" * 5000}, "size", "expected width and height"),
        ({"size": [9000, 64]}, "size.0", "less than or equal to 8192"),
        ({"sampler": "Eulr"}, "sampler", "sampler 'Eulr' is unknown; did you mean `Euler`?"),
        ({"stepz": 3}, "stepz", "unknown setting; did you mean `steps`?"),
        ({"width": 64}, "width", "did you mean `size`"),
        ({"denoising_strength": 0.4}, "denoising_strength", "did you mean `init.strength`? It is 1 -"),
        ({"hires_scale": 2}, "hires_scale", "did you mean `hires.scale`?"),
        ({"hires": {"scael": 2}}, "hires.scael", "unknown setting; did you mean `scale`?"),
        ({"hires": 2}, "hires", "is a group of settings; did you mean `hires.scale`? Got 2"),
        ({"init": "a.png"}, "init", "did you mean `init.image`?"),
        ({"controlnet": [{"weight": 1}]}, "controlnet.0.model", "field required"),
        ({"controlnet": 3}, "controlnet", "valid tuple"),
        ({"tiling": "z"}, "tiling.literal['x','y']", "'x' or 'y'"),
        ({"mask": {"image": "mask.png"}}, "mask.image", "needs an image to act on; give init.image"),
        ({"outpaint": {"left": 8}}, "outpaint", "needs an image to act on"),
        ({"init": {"image": "no.png"}}, "init.image", "no.png: there is no such file (looked for in"),
        ({"init": {"image": "text.png"}}, "init.image", "text.png: is text; expected an image"),
        (
            {"init": {"image": "https://x.org/a.png"}},
            "init.image",
            "is a URL, and downloads",
        ),
        ({"styles": ["a"]}, "styles_file", "styles.csv: there is no such file"),
        ({"styles": ["a"], "styles_file": "text.png"}, "styles_file", "expected name,prompt,negative_prompt"),
        ({"size": 8192, "hires": {"scale": 2}}, "hires.size", "expected at most 67108864 pixels"),
        ({"prompt": "\ud800"}, "prompt", "half of a character"),
        ({"seed": -2}, "seed", "greater than or equal to -1"),
        ({"count": 5000}, "count", "less than or equal to 1000"),
    ],
)
def test_a_mistake_says_where_it_is_and_what_is_expected(
    given: dict[str, Any], path: str, message: str, mask: str
) -> None:
    Path("text.png").write_text("just a text")
    found = problems({"prompt": "a lake", **given})
    assert message in found[path]


def test_all_mistakes_come_at_once() -> None:
    more = {"size": 3, "sampler": "x", "init": {"image": "no.png"}, "hires": {"scale": 99}, "what": 1}
    assert set(problems(**more)) == {"size.0", "size.1", "sampler", "init.image", "hires.scale", "what"}


@pytest.mark.parametrize("given", [3, None, ["a lake"], b"a lake"])
def test_settings_are_a_prompt_a_mapping_or_settings(given: object) -> None:
    assert "expected a prompt, a mapping or ImageSettings" in problems(given)[""]


def test_settings_merge_groups_and_replace_values(photo: str) -> None:
    settings = {"init": {"image": photo, "strength": 0.5}, "controlnet": [{"model": "a"}, {"model": "b"}]}
    more: dict[str, Any] = {
        "init": {"resize": "crop"},
        "init.noise_multiplier": 1.2,
        "controlnet.1.weight": 0.5,
    }
    (image,) = generate(settings, diffuser=FakeDiffuser(), **more)
    made = image.settings
    assert (made.init.strength, made.init.resize, made.init.noise_multiplier) == (0.5, "crop", 1.2)
    assert [(unit.model, unit.weight) for unit in made.controlnet] == [("a", 1.0), ("b", 0.5)]


@pytest.mark.parametrize(("given", "size"), [("96x64", (96, 64)), (64, (64, 64)), ("64", (64, 64))])
def test_a_size_may_be_a_text_or_a_number(given: object, size: tuple[int, int]) -> None:
    assert ImageSettings.model_validate({"size": given}).size == size


def test_settings_can_be_changed_and_given_again() -> None:
    settings = ImageSettings(prompt="a lake", size=(64, 32)).with_(seed=4)
    (image,) = generate(settings, diffuser=FakeDiffuser())
    assert image.pixels.shape == (32, 64, 3) and image.seed == 4


def test_names_are_looked_for_in_the_confinement_alone(tmp_path: Path, photo: str) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / photo).rename(inside / photo)
    (tmp_path / "secret.png").write_bytes((inside / photo).read_bytes())
    with confined(Confinement((inside,))):
        (image,) = generate("a lake", init={"image": photo}, diffuser=FakeDiffuser())
        assert image.pixels.shape == (64, 64, 3)
        given = {"init": {"image": str(tmp_path / "secret.png")}, "styles_file": "../styles.csv"}
        for setting, message in problems(**given, styles=["a"]).items():
            assert setting in ("init.image", "styles_file")
            assert "is not inside a folder that these settings may read" in message


def test_the_default_model_folder_may_be_in_a_confinement(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    with confined(Confinement((tmp_path,))):
        (image,) = generate("a lake", size=64, diffuser=FakeDiffuser())
    assert image.settings.model_folders == (str(tmp_path / "models"),)


def test_an_upscaling_network_without_its_package_says_what_to_choose(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_file({"weight": torch.zeros(1)}, tmp_path / "x4.safetensors")
    monkeypatch.setattr("animator.models.spandrel_package.find_spec", lambda name: None)
    found = problems(hires={"scale": 2, "upscaler": str(tmp_path / "x4.safetensors")})
    assert "need the package spandrel" in found["hires.upscaler"]
    assert found["hires.upscaler"].endswith("or choose lanczos")
