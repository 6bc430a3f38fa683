"""In-betweens of films over a clip with a hard cut: each shows one scene, never a mix of both."""

import hashlib
import shutil
import subprocess
import sys
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from imageio_ffmpeg import get_ffmpeg_exe

from animator import Diffuser, FakeDiffuser, load, render_run
from animator.cli.app import main
from animator.film import reader
from animator.images.image import Image8, read_image
from animator.models.diffusion.passthrough import PassthroughDiffuser
from tests.animator.film.clips import shot
from tests.clips import save_clip
from tests.fakes import QUIET, Recorder

SIDE, FRAMES = 64, 14
DAY, NIGHT = (255, 220, 160), (20, 40, 110)
VIDEO: dict[str, Any] = {"mode": "video"}
HYBRID: dict[str, Any] = {"mode": "2d", "hybrid": {"composite": "Normal", "comp_alpha": 1}}
FLOWING: dict[str, Any] = {"mode": "2d", "hybrid": {**HYBRID["hybrid"], "motion": "Optical Flow"}}
TOWARD: dict[str, Any] = {"mode": "2d", "hybrid": {**FLOWING["hybrid"], "motion_use_prev_img": True}}
TWEENS: list[dict[str, Any]] = [
    {},
    {"cadence_warp": "chained"},
    {"optical_flow_cadence": "DIS Medium"},
    {"cadence_blend": "lookahead"},
    {"cadence_blend": "lookahead", "optical_flow_cadence": "DIS Medium"},
]


def two_scenes(cut: int) -> list[Image8]:
    """A day of `cut` images, then a night."""
    return [*shot(DAY, cut, side=SIDE), *shot(NIGHT, FRAMES - cut, seed=4, side=SIDE)]


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """An empty folder for the images of a clip."""
    (tmp_path / "clip").mkdir()
    return tmp_path / "clip"


def render_film(
    clip: Path, out: Path, cadence: int, diffuser: Diffuser | None = None, **settings: Any
) -> list[Path]:
    """Renders a film in which generated frames are the clip's images, and returns its frames."""
    diffusion = {"seed": 3, "cadence": cadence, "strength": 1, **settings.pop("diffusion", {})}
    small = {"prompts": "a lake", "size": [SIDE, SIDE], "frames": FRAMES, "init": {"strength": 1}}
    film = load({**small, **QUIET, "video": {"path": str(clip)}, "diffusion": diffusion, **settings})
    render_run(film, out, diffuser=diffuser or PassthroughDiffuser(), device="cpu")
    return sorted((out / "frames").glob("*.png"))


def scenes(frames: list[Path]) -> str:
    """Returns a letter for every frame: d for the day, n for the night, and x for a mix of both."""
    letters = []
    for path in frames:
        red, _, blue = read_image(str(path), None).mean((1, 2)).tolist()
        letters.append("d" if blue < 0.75 * red else "n" if blue > 4 * red else "x")
    return "".join(letters)


def bits(frames: list[Path]) -> list[str]:
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in frames]


@pytest.mark.parametrize("tween", TWEENS, ids=lambda tween: " ".join(map(str, tween.values())) or "fade")
@pytest.mark.parametrize("film", [VIDEO, HYBRID], ids=["video", "hybrid"])
def test_the_old_scene_holds_to_the_cut(tmp_path: Path, stored: Path, film: Any, tween: Any) -> None:
    save_clip(stored, two_scenes(7))
    frames = render_film(stored, tmp_path / "run", 4, **film, diffusion=tween)
    assert scenes(frames) == "d" * 7 + "n" * 7


@pytest.mark.parametrize("film", [FLOWING, TOWARD], ids=["flowing", "toward"])
def test_in_betweens_that_follow_the_clip_hold_to_the_cut(tmp_path: Path, stored: Path, film: Any) -> None:
    save_clip(stored, two_scenes(7))
    assert scenes(render_film(stored, tmp_path / "run", 4, **film)) == "d" * 7 + "n" * 7


@pytest.mark.parametrize(("cut", "cadence"), [(1, 2), (2, 3), (6, 5), (7, 3), (12, 5), (13, 5)])
def test_a_cut_anywhere_in_a_group_is_kept(tmp_path: Path, stored: Path, cut: int, cadence: int) -> None:
    save_clip(stored, two_scenes(cut))
    assert scenes(render_film(stored, tmp_path / "run", cadence, **VIDEO)) == "d" * cut + "n" * (FRAMES - cut)


def test_two_cuts_in_one_group_are_kept(tmp_path: Path, stored: Path) -> None:
    day, night = shot(DAY, FRAMES, side=SIDE), shot(NIGHT, FRAMES, seed=4, side=SIDE)
    save_clip(stored, [*day[:6], *night[6:8], *day[8:]])
    recorder = Recorder(PassthroughDiffuser())
    assert scenes(render_film(stored, tmp_path / "run", 5, recorder, **VIDEO)) == "dddddd" + "nn" + "dddddd"
    assert [request.frame for request in recorder.asked] == [0, 5, 6, 8, 10]


@pytest.mark.parametrize("film", [VIDEO, HYBRID], ids=["video", "hybrid"])
@pytest.mark.parametrize("cadence", [1, 2, 7])
def test_trails_end_at_a_cut_of_the_clip(tmp_path: Path, stored: Path, film: Any, cadence: int) -> None:
    save_clip(stored, two_scenes(7))
    echo = {"use": "echo", "amount": 0.9}
    assert scenes(render_film(stored, tmp_path / "run", cadence, **film, steps=[echo])) == "d" * 7 + "n" * 7


def test_a_clip_that_starts_over_has_a_cut_there(tmp_path: Path, stored: Path) -> None:
    save_clip(stored, two_scenes(7)[3:11])
    looped: dict[str, Any] = {"video": {"path": str(stored), "after_end": "loop"}}
    assert scenes(render_film(stored, tmp_path / "run", 5, **VIDEO, **looped)) == "ddddnnnnddddnn"


def test_a_clip_without_cuts_has_no_more_generations(tmp_path: Path, stored: Path) -> None:
    save_clip(stored, shot(DAY, FRAMES, side=SIDE))
    recorder = Recorder(PassthroughDiffuser())
    render_film(stored, tmp_path / "run", 5, recorder, **VIDEO)
    assert [request.frame for request in recorder.asked] == [0, 5, 10]


def test_nothing_moves_over_a_cut_of_a_clip_that_is_not_shown(tmp_path: Path, stored: Path) -> None:
    day, night = shot(DAY, 1, side=SIDE), shot(NIGHT, 1, seed=4, side=SIDE)
    save_clip(stored, [*day * 7, *night * 7])
    motion: dict[str, Any] = {"mode": "2d", "hybrid": {"motion": "Optical Flow"}}
    frames = render_film(stored, tmp_path / "run", 3, **motion)
    first, *later = (read_image(str(path), None) for path in frames)
    assert max(float((image - first).abs().mean()) for image in later) < 0.002


def test_imported_films_fade_as_in_deforum(tmp_path: Path, stored: Path) -> None:
    save_clip(stored, two_scenes(7))
    assert "x" in scenes(render_film(stored, tmp_path / "run", 4, compat=True, **VIDEO))


@pytest.mark.parametrize("film", [VIDEO, FLOWING], ids=["video", "flowing"])
def test_the_film_is_the_same_from_whichever_frame_it_is_rendered_again(
    tmp_path: Path, stored: Path, monkeypatch: pytest.MonkeyPatch, film: Any
) -> None:
    save_clip(stored, two_scenes(7))
    run = tmp_path / "run"
    frames = render_film(stored, run, 4, FakeDiffuser(), **film, diffusion={"strength": 0.5})
    whole = bits(frames)
    preset = shutil.copy(run / "preset.yaml", tmp_path / "film.yaml")
    for start in (5, 7, 8, 9, 12):
        args = ["render", preset, "--out", run, "--from", start, "--device", "cpu"]
        monkeypatch.setattr(sys, "argv", ["animator", *map(str, args)])
        for frame in frames[start:]:
            frame.write_bytes(b"")
        with pytest.raises(SystemExit) as end:
            main(lambda *_, **__: FakeDiffuser())
        assert end.value.code == 0
        assert bits(frames) == whole


@pytest.mark.parametrize("timing", ["frames", "clock"])
def test_the_clip_is_read_once_more_and_in_order(
    tmp_path: Path, stored: Path, monkeypatch: pytest.MonkeyPatch, timing: str
) -> None:
    save_clip(stored, two_scenes(7))
    clip = tmp_path / "clip.mkv"
    source = ["-loglevel", "error", "-framerate", "12", "-i", str(stored / "%09d.png")]
    subprocess.run([get_ffmpeg_exe(), *source, "-c:v", "ffv1", "-pix_fmt", "bgr0", str(clip)], check=True)
    starts, frames_of_clip = count(), reader.Clip.frames

    def counted(*args: Any, **named: Any) -> Any:
        next(starts)
        return frames_of_clip(*args, **named)

    monkeypatch.setattr(reader.Clip, "frames", counted)
    # On the clock of 24 frames per second, each image of the clip is shown twice.
    twice = timing == "clock"
    settings = {"video": {"path": str(clip), "timing": timing}, "fps": 24 if twice else 12, **VIDEO}
    frames = render_film(clip, tmp_path / "run", 5, frames=27 if twice else FRAMES, **settings)
    assert scenes(frames) == ("d" * 14 + "n" * 13 if twice else "d" * 7 + "n" * 7)
    assert next(starts) == 2


def test_damage_after_the_last_image_that_is_needed_does_not_end_the_film(
    tmp_path: Path, stored: Path
) -> None:
    save_clip(stored, two_scenes(7))
    (stored / f"{FRAMES - 1:09d}.png").write_bytes(b"not an image")
    assert scenes(render_film(stored, tmp_path / "run", 4, **VIDEO)) == "d" * 7 + "n" * 7
