"""No setting that names a file leads out of the folders of a confinement: each of them is tried."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import animator
from animator.core.confinement import Confinement, OutsideError, confined
from animator.errors import PresetError
from animator.images.image_file import decode_file
from animator.models.diffusion.passthrough import PassthroughDiffuser
from animator.presets.deforum.table import MAPPED
from animator.presets.load import resolve
from animator.presets.plain import read_source
from animator.presets.resolve_paths import Setting, file_settings
from animator.runs.preflight.check_film import check_film
from animator.settings.paths import PathSetting
from tests.clips import save_clip

REFUSED = "is not inside a folder that these settings may read"
SMALL: Mapping[str, Any] = {"size": [64, 64], "frames": 3, "prompts": "a lake", "model": "starter"}
OTHERS: Mapping[Setting, PathSetting] = {
    ("wildcard_folder",): PathSetting("folder"),
    ("signals", "song"): PathSetting(),
    ("signals", "song", "path"): PathSetting(),
    ("controlnet", "source"): PathSetting(),
    ("controlnet", "model"): PathSetting(),
    ("controlnet", "preprocessor_model"): PathSetting(),
    ("controlnet", "preprocessor_detector"): PathSetting(),
    ("controlnet", "mask"): PathSetting("masks"),
    ("ip_adapter", "model"): PathSetting(),
    ("ip_adapter", "encoder"): PathSetting(),
    ("ip_adapter", "image"): PathSetting(),
    ("ip_adapter", "mask"): PathSetting("masks"),
}
SETTINGS = {**file_settings(), **OTHERS}
LINKS = ("out.png", "out/secret.png")
ESCAPES = (
    "/etc/passwd",
    "/etc/none",
    "{outside}/secret.png",
    "../outside/secret.png",
    "out.png",
    "out/secret.png",
)


@pytest.fixture
def inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder that settings may read, with links that lead out; the working directory is beside it."""
    folder, outside = tmp_path / "inputs", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    monkeypatch.chdir(outside)
    for path in (folder / "sky.png", outside / "secret.png"):
        Image.fromarray(np.full((64, 64, 3), 128, np.uint8)).save(path)
    (folder / "out.png").symlink_to(outside / "secret.png")
    (folder / "out").symlink_to(outside)
    with confined(Confinement((folder,))):
        yield folder


def preset(setting: Setting, kind: PathSetting, name: str) -> dict[str, Any]:
    """A preset in which one setting names a file."""
    values: Any = {"folder": [name], "masks": f"[{name}]"}.get(kind.kind, name)
    if setting == ("guided", "init_images"):
        values = {0: name}
    if setting == ("diffusion", "text_encoders"):
        values = [name]
    if setting == ("wildcard_folder",):
        values = name
    if setting[0] == "controlnet":
        return {**SMALL, "controlnet": [{"model": "a/b", setting[1]: values}]}
    if setting[0] == "ip_adapter":
        return {**SMALL, "ip_adapter": [{"model": "a/b", "image": "sky.png", setting[1]: values}]}
    for part in reversed(setting):
        values = {part: values}
    return {**SMALL, **values}


def problems_of(source: Any) -> dict[str, str]:
    """The messages of a preset's problems by their settings."""
    with pytest.raises(PresetError) as caught:
        check_film(read_source(source))
    return {problem.path: problem.message for problem in caught.value.problems}


@pytest.mark.parametrize("setting", SETTINGS, ids=".".join)
@pytest.mark.parametrize("name", ESCAPES)
def test_no_setting_of_a_preset_leads_out(inputs: Path, setting: Setting, name: str) -> None:
    name = name.format(outside=inputs.parent / "outside")
    path = ".".join((setting[0], "0", setting[1]) if setting[0] in ("controlnet", "ip_adapter") else setting)
    assert problems_of(preset(setting, SETTINGS[setting], name)) == {
        path: f"{name}: {REFUSED}; expected the name of a file below one of them, such as images/sky.png"
    }


@pytest.mark.parametrize("setting", [one for one in SETTINGS if one != ("model",)], ids=".".join)
def test_a_name_in_the_working_directory_is_not_looked_at(inputs: Path, setting: Setting) -> None:
    source = preset(setting, SETTINGS[setting], "secret.png")
    try:
        film = check_film(read_source(source))
    except PresetError as error:
        assert "outside" not in str(error)
    else:
        assert "outside" not in json.dumps(film.plain())


DEFORUM = {
    **{row.name: tuple(row.ours.split(".")) for row in MAPPED if tuple(row.ours.split(".")) in SETTINGS},
    "cn_1_vid_path": ("controlnet", "0", "source"),
    "cn_1_model": ("controlnet", "0", "model"),
}
SWITCHED = {
    **{row.gate.switch: True for row in MAPPED if row.gate and tuple(row.ours.split(".")) in SETTINGS},
    "animation_mode": "Video Input",
    "color_coherence": "Image",
    "add_soundtrack": "File",
    "max_frames": 3,
    "W": 64,
    "H": 64,
}
UNIT = {"cn_1_enabled": True, "cn_1_model": "a/b", "cn_1_module": "canny"}


@pytest.mark.parametrize("name", ESCAPES)
@pytest.mark.parametrize("key", DEFORUM)
def test_no_setting_of_a_deforum_file_leads_out(inputs: Path, key: str, name: str) -> None:
    name = name.format(outside=inputs.parent / "outside")
    masks = dict.fromkeys(("mask_schedule", "noise_mask_schedule"), f'0: ("[{name}]")')
    written = {**masks, "init_images": json.dumps({"0": name})}.get(key, name)
    settings = {**SWITCHED, **(UNIT if key.startswith("cn_") else {}), key: written, "prompts": {"0": "a"}}
    path = inputs / "settings.txt"
    path.write_text(json.dumps(settings))
    assert REFUSED in problems_of(path)[".".join(DEFORUM[key])]


def test_a_checkpoint_by_frame_does_not_lead_out(inputs: Path) -> None:
    film = {**SMALL, "diffusion": {"checkpoint": '0: "starter", 1: "/etc/model.safetensors"', "cadence": 1}}
    assert REFUSED in problems_of(film)["diffusion.checkpoint"]


@pytest.mark.parametrize("name", ["../outside/one", "/etc/one.safetensors"])
def test_a_lora_does_not_lead_out(inputs: Path, name: str) -> None:
    for prompts in (f"a lake <lora:{name}:1>", {0: "a", 2: f"b <lora:{name}:1>"}):
        assert REFUSED in str(problems_of({**SMALL, "diffusion": {"cadence": 1}, "prompts": prompts}))


def test_a_lora_that_is_a_link_out_is_not_found_by_its_name(inputs: Path) -> None:
    (inputs / "models").mkdir()
    (inputs / "models" / "linked.safetensors").symlink_to(inputs.parent / "outside" / "secret.png")
    assert "there is no linked.safetensors" in str(problems_of({**SMALL, "prompts": "a <lora:linked:1>"}))


@pytest.mark.parametrize("base", ["../outside/base.yaml", "/etc/passwd", "out/base.yaml", "~/base.yaml"])
def test_a_preset_extends_nothing_outside(inputs: Path, base: str) -> None:
    (inputs.parent / "outside" / "base.yaml").write_text("frames: 7\n")
    for source in ({"extends": base}, f"frames: 3\nextends: {base}\n"):
        with pytest.raises(PresetError, match=REFUSED):
            read_source(source)


@pytest.mark.parametrize("name", ["base.yaml", "sub/base.yaml"])
def test_a_preset_in_the_working_directory_is_not_read(inputs: Path, name: str) -> None:
    path = inputs.parent / "outside" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("frames: 7\n")
    for source in ({"extends": name}, name):
        with pytest.raises(PresetError, match="No such file"):
            read_source(source)


@pytest.mark.parametrize("name", ["/etc/passwd", "../outside/base.yaml", "out/base.yaml", "~/base.yaml"])
def test_a_preset_given_by_its_path_does_not_lead_out(inputs: Path, name: str) -> None:
    with pytest.raises(OutsideError):
        read_source(name)


def test_a_preset_given_by_its_path_is_one_of_the_inputs_or_an_example(inputs: Path) -> None:
    (inputs / "film.yaml").write_text("frames: 7\n")
    assert read_source("film.yaml").values["frames"] == 7
    assert "prompts" in read_source("flight").values


def test_a_preset_extends_one_of_the_inputs_or_an_example(inputs: Path) -> None:
    (inputs / "base.yaml").write_text("frames: 7\ninit: {image: sky.png}\n")
    film = resolve(read_source({"extends": "base.yaml"}))
    assert (film.frames, film.init.image) == (7, str(inputs / "sky.png"))
    assert resolve(read_source({"extends": "quickstart", "frames": 5})).frames == 5


@pytest.mark.parametrize("manifest", ["/etc/passwd", "http://127.0.0.1/manifest.json", "file:///etc/passwd"])
def test_a_parseq_manifest_is_given_inline_only(inputs: Path, manifest: str) -> None:
    path = inputs / "settings.txt"
    path.write_text(json.dumps({"prompts": {"0": "a"}, "parseq_manifest": manifest}))
    with pytest.raises(PresetError, match="expected the manifest itself"):
        read_source(path)


def test_every_problem_of_the_settings_is_reported_beside_the_refusal(inputs: Path) -> None:
    found = problems_of({**SMALL, "init": {"image": "/etc/passwd"}, "frames": 0, "fps": "x"})
    assert set(found) == {"init.image", "frames", "fps"}


def test_numbers_that_a_refused_clip_would_give_are_no_further_problems(inputs: Path) -> None:
    clip = {"mode": "video", "video": {"path": "/etc/clip.mp4"}, "frames": "clip", "fps": "clip"}
    assert set(problems_of({**SMALL, **clip})) == {"video.path"}


def test_wildcards_stay_in_their_folder(inputs: Path) -> None:
    (inputs / "wildcards").mkdir()
    (inputs / "wildcards" / "color.txt").write_text("red\n")
    (inputs / "wildcards" / "out.txt").symlink_to(inputs.parent / "outside" / "secret.png")
    check_film(read_source({**SMALL, "prompts": "a __color__ lake"}))
    assert "outside the folder" in str(problems_of({**SMALL, "prompts": "a __out__ lake"}))


def test_an_image_that_becomes_a_link_after_the_check_is_not_opened(inputs: Path) -> None:
    with pytest.raises(OutsideError):
        decode_file(inputs / "out.png")


def test_a_pattern_of_images_of_which_one_is_a_link_out_is_not_opened(inputs: Path) -> None:
    (inputs / "clip").mkdir()
    (inputs / "clip" / "000.png").write_bytes((inputs / "sky.png").read_bytes())
    (inputs / "clip" / "001.png").symlink_to(inputs.parent / "outside" / "secret.png")
    film = {**SMALL, "mode": "video", "video": {"path": "clip/%03d.png"}, "frames": 2}
    assert REFUSED in str(problems_of(film))


def test_a_confined_film_renders_from_its_inputs(inputs: Path, tmp_path: Path) -> None:
    gray = np.full((64, 64, 3), 99, np.uint8)
    (inputs / "clip").mkdir()
    save_clip(inputs / "clip", [gray, gray])
    clip = {"mode": "video", "video": {"path": "clip/%09d.png"}, "frames": 2}
    mask = {"use_mask": True, "mask_file": "sky.png"}
    film = check_film(read_source({**SMALL, **clip, "mask": mask, "diffusion": {"steps": 1}}))
    assert film.video.path == str(inputs / "clip" / "%09d.png")

    renders = tmp_path / "renders"
    with confined(Confinement((inputs,), own=(renders,))):
        animator.render_run(film, renders / "film", diffuser=PassthroughDiffuser())
    assert len(list((renders / "film" / "frames").glob("*.png"))) == 2
    assert (renders / "film" / "untitled.mp4").is_file()
