"""What newcomers typically type wrong, and what each slip answers: the remedy, exit code 2, no frame."""

from pathlib import Path

import pytest

from tests.animator.cli.in_process import animator

PRESET = "name: lake\nsize: 64\nframes: 2\nprompts: a lake\ndiffusion: {steps: 1, seed: 1}\n"
FILES = {
    "film.yaml": PRESET,
    "tabs.yaml": "frames: 2\n\tprompts: a lake\n",
    "line.yaml": "prompts: a lake\nmotion: zoom: 1.02\n",
    "group.yaml": "prompts: a lake\nzoom: 1.02\nnoise: 0.02\nsampler: Euler a\nmax_frames: 100\n",
    "old.mp4": "somebody's",
}
SLIPS = (
    ("render", "Give what to show as --prompt 'a lake at dawn', or a preset"),
    ("render|a lake at dawn", "If it is a prompt: animator render --prompt 'a lake at dawn'"),
    ("render|--prompt|a lake|a desert", "If it is a prompt: animator render --prompt 'a desert'"),
    ("render|--prompt|", "--prompt is empty; expected what the film shows"),
    ("render|quickstrat", "Did you mean `quickstart`? The examples are: "),
    ("render|film.yml", "Did you mean `film.yaml`?"),
    ("rendr|film.yaml", "No such command 'rendr'. Did you mean 'render'?"),
    (
        "render|film.yaml|--set|cfg=7",
        "--set cfg=7: cfg: unknown setting; did you mean `diffusion.cfg_sc",
    ),
    ("render|film.yaml|--set|width=512", "did you mean `size`, as in `size: 512x320`?"),
    ("render|film.yaml|--set|denoise=0.4", "did you mean `diffusion.strength`? It is 1 - the denoising"),
    ("render|film.yaml|--set|steps=20", "steps: is a list of steps; did you mean `diffusion.steps`? Got 20"),
    ("render|film.yaml|--set|fps", "--set fps: expected group.key=value, such as diffusion.steps=12"),
    ("render|film.yaml|--set|mode=4D", "mode: input should be '2d', '3d', 'video' or 'interpolation'"),
    (
        "render|film.yaml|--strength|0.5",
        "no such option: --strength; did you mean `diffusion.strength`?",
    ),
    ("render|film.yaml|--width=512", "no such option: --width; did you mean --size?"),
    ("render|film.yaml|--cfg-scale|7", "no such option: --cfg-scale; did you mean --cfg?"),
    ("render|film.yaml|--negative_prompt|x", "no such option: --negative_prompt; did you mean --negative?"),
    ("render|film.yaml|-o|film.avi", "ends in .avi; expected .mp4, .webm, .mov, .mkv, .gif, .webp"),
    ("render|film.yaml|-o|old.mp4", "old.mp4: exists, and has no record that animator wrote it"),
    ("render|film.yaml|--seed|5|--set|diffusion.seed=6", "both give diffusion.seed; leave one of them out"),
    ("render|film.yaml|--model|dreamshaper", "expected starter, a diffusers folder, a .safetensors or GGUF"),
    ("render|film.yaml|--model|x/y", "have it downloaded with --allow-download"),
    ("render|film.yaml|--device|gpu", "device gpu: not available on this machine; available: "),
    ("render|tabs.yaml", "tabs.yaml:2:1: is not YAML: found character '\\t'"),
    ("render|line.yaml", "line.yaml:2:13: is not YAML: mapping values are not allowed here"),
    ("check|group.yaml", "zoom: unknown setting here; did you mean `motion.zoom`?"),
    ("check|group.yaml", "noise: is a group of settings; did you mean `noise.amount`? Got 0.02"),
    ("check|group.yaml", "sampler: unknown setting; did you mean `diffusion.sampler`?"),
    ("check|group.yaml", "max_frames: unknown setting; did you mean `frames`?"),
    ("resume|film.yaml", "film.yaml: is not a run folder; it has no preset.yaml"),
    (
        "batch|film.yaml|--grid|cfg_scale=2,4",
        "cfg_scale: unknown setting; did you mean `diffusion.cfg_scale`?",
    ),
    ("batch|empty", "empty: is a folder without a preset"),
    ("batch|film.yaml|--steps|20", "no such option: --steps; did you mean `diffusion.steps`? Settings are"),
)


@pytest.mark.parametrize(("command", "answer"), SLIPS, ids=[command for command, _ in SLIPS])
def test_a_slip_is_answered_with_the_remedy(
    command: str,
    answer: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    for name, text in FILES.items():
        Path(name).write_text(text)
    code, printed = animator(capsys, *command.split("|"))
    assert code == 2 and answer in printed
    assert not list(tmp_path.rglob("*.png")) and Path("old.mp4").read_text() == FILES["old.mp4"]


def test_values_are_taken_in_any_case_and_sizes_in_any_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("film.yaml").write_text(PRESET)
    for setting in (
        "mode=3D",
        "mode=2D",
        "size=128",
        "size=128x64",
        "diffusion.sampler=EULER A",
        "prompts=12",
    ):
        assert animator(capsys, "check", "film.yaml", "--set", setting)[0] == 0
