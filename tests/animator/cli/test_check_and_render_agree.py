"""`check` and `render` ask the same function: they refuse the same presets, with the same problems."""

import re
import sys
from pathlib import Path

import pytest

from animator.cli.app import main
from animator.models.diffusion.fake import FakeDiffuser
from tests.animator.cli.files_of_presets import make_files
from tests.animator.cli.wrong_presets import WRONG

SMALL = {"size": "[64, 64]", "frames": "8", "prompts": "a lake", "wildcard_folder": "wildcards"}
RIGHT = {
    "plain": "diffusion: {cadence: 2}",
    "init image": "init: {image: picture.png}",
    "clip": "mode: video\nframes: 4\nvideo: {path: clip}",
    "clip that is held": "mode: video\nvideo: {path: clip, after_end: hold}",
    "clip that is not read": "video: {path: clip}",
    "mask video that is read early": (
        "mask:\n  use_mask: true\n  use_mask_video: true\n  video_mask_path: clip\n"
        "  mask_schedule: '0: ({video_mask}), 4: ({everywhere})'"
    ),
    "unit that is off": "controlnet: [{enabled: false, model: nothing, source: nowhere.png}]",
    "broken image that is not read": "init: {image: broken.png}\nmode: video\nframes: 4\nvideo: {path: clip}",
    "RAFT that does not run": "mode: interpolation\nhybrid: {flow_method: RAFT}",
    "tuned": "freeu: {enabled: true}\ndeep_shrink: {enabled: true, block: 2}\ndiffusion: {refiner: starter}",
    "word model that is not used": "mask: {word_model: ./empty}",
    "color image that is not used": "mode: interpolation\ncolor: {reference: video}",
    "settings without effect": "motion: {rotation_3d_x: 1}\ndiffusion: {seed_schedule: '0:(3)'}",
}
LOADERS = (
    "animator.models.weights._load",
    "animator.models.diffusion.load_pipeline.load_pipeline",
    "animator.models.depth.starter.StarterDepth.load",
    "safetensors.torch.load_file",
    "torch.load",
    "torch.jit.load",
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of files, in which the commands run; no model can be opened."""
    make_files(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    for loader in LOADERS:
        monkeypatch.setattr(loader, _refuse)
    return tmp_path


def _refuse(*_: object, **__: object) -> None:
    raise AssertionError("a model was opened")


def write(folder: Path, text: str) -> str:
    """Writes the preset of a small film with more settings; returns its name."""
    given = set(re.findall(r"^(\w+):", text, re.MULTILINE))
    small = "".join(f"{key}: {value}\n" for key, value in SMALL.items() if key not in given)
    (folder / "film.yaml").write_text(f"{small}{text}\n")
    return "film.yaml"


def run(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, list[str]]:
    """Runs a command; returns its exit code and the lines of its standard error."""
    code: object = 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["animator", *args])
        try:
            main(lambda *_, **__: FakeDiffuser())
        except SystemExit as end:
            code = end.code
    return int(str(code or 0)), re.sub("0x[0-9a-f]+", "0x", capsys.readouterr().err).splitlines()


@pytest.mark.parametrize("kind", WRONG)
def test_check_and_render_refuse_the_same_with_the_same_problems(
    kind: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, said = WRONG[kind]
    preset = write(folder, text)
    checked = run(capsys, "check", preset)
    assert checked[0] == 2 and said.replace("FOLDER/", "") in "\n".join(checked[1])
    assert run(capsys, "render", preset, "--out", "run") == checked
    assert not (folder / "run").exists()


@pytest.mark.parametrize("kind", RIGHT)
def test_check_and_render_accept_the_same(
    kind: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    preset = write(folder, RIGHT[kind])
    code, lines = run(capsys, "check", preset)
    assert code == 0, lines
    rendered, more = run(capsys, "render", preset, "--out", "run", "--set", "output.format=png")
    assert rendered == 0, more
    warnings = [line for line in lines if "no effect" in line]
    assert warnings == [line for line in more if "no effect" in line]


def test_problems_have_places_and_stand_in_the_order_of_the_lines(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    preset = write(folder, WRONG["several"][0])
    _, lines = run(capsys, "check", preset)
    places = [
        tuple(map(int, found)) for line in lines for found in re.findall(r"film.yaml:(\d+):(\d+):", line)
    ]
    assert len(places) == 4 and places == sorted(places)


def test_problems_of_settings_files_stand_in_their_order_too(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    depth = '"animation_mode": "3D", "depth_algorithm": "Zoe", "hybrid_motion": "Perspective"'
    end = '"prompts": {"0": "a"}, "max_frames": 4, "video_init_path": "nowhere.mp4"'
    (folder / "film.txt").write_text(f'{{{depth}, "W": 64, "H": 64, {end}}}')
    code, lines = run(capsys, "check", "film.txt")
    said = "\n".join(lines)
    assert code == 2
    assert said.index("built-in model 'starter'") < said.index("nowhere.mp4: there is no such")
    assert run(capsys, "render", "film.txt", "--out", "run") == (code, lines)


def test_at_most_twenty_problems_are_shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prompts = "\n".join(f"  {frame}: a <lora:nothing{frame}:1>" for frame in range(30))
    preset = write(folder, f"frames: 30\ndiffusion: {{cadence: 1}}\nprompts:\n{prompts}")
    code, lines = run(capsys, "check", preset)
    assert (code, lines[0].split(": ", 1)[-1]) == (2, "30 problems in film.yaml")
    assert len([line for line in lines if "lora" in line]) == 20 and lines[-1].endswith("and 10 more")


def test_check_says_what_a_film_takes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    preset = write(folder, "diffusion: {steps: 10, strength: 0.5, cadence: 2}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["animator", "check", preset])
        with pytest.raises(SystemExit):
            main()
    # the first of four generations has no image to keep anything of
    assert "film.yaml: about 25 diffusion steps, up to 0.1 MB of frames on disk" in capsys.readouterr().out


def test_a_film_that_cannot_be_rendered_on_is_not_resumed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    preset = write(folder, "init: {image: picture.png}\noutput: {format: png}")
    assert run(capsys, "render", preset, "--out", "run")[0] == 0
    (folder / "picture.png").unlink()
    code, lines = run(capsys, "resume", "run")
    assert code == 2 and "init.image: picture.png: there is no such file" in "\n".join(lines)


def test_a_batch_refuses_what_check_refuses(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    preset = write(folder, WRONG["short mask video"][0])
    code, _ = run(capsys, "batch", preset, "--out", "batch")
    assert code == 1 and not list(folder.glob("batch/film/frames/*"))
