"""`{tracked}` in films: a thing is followed through the clip."""

from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from pydantic import ValidationError

from animator.errors import PresetError
from animator.images.image import to_uint8
from animator.loop.build.pipeline import build_pipeline
from animator.loop.render import render
from animator.loop.state import State
from animator.models.diffusion.fake import FakeDiffuser
from animator.presets.load import load
from animator.runs.inputs import inputs_of
from animator.runs.preflight.check_film import check_film
from animator.settings import Animation
from animator.settings.raw import raw_of
from animator.timeline.timeline import Timeline
from tests.animator.masks.moving_thing import SIDE, scene
from tests.animator.masks.tiny_clipseg import save_clipseg
from tests.animator.masks.tiny_sam import save_sam
from tests.clips import save_clip
from tests.fakes import Make, Recorder

FRAMES = 8


@pytest.fixture(scope="module")
def sam(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of models with a tiny SAM 2 in it."""
    folder = tmp_path_factory.mktemp("models")
    save_sam(folder / "sam")
    return folder


@pytest.fixture
def thing(tmp_path: Path) -> dict[str, Any]:
    """Settings that follow the thing of a clip, from an image of its mask."""
    clip = save_clip(tmp_path, (to_uint8(scene(frame)[0]) for frame in range(FRAMES)), "clip%d.png")
    Image.fromarray(scene(0)[1].mul(255).byte().numpy()).save(tmp_path / "thing.png")
    return {
        "mode": "video",
        "size": (SIDE, SIDE),
        "frames": FRAMES,
        "video": {"path": clip},
        "mask": {"use_mask": True, "mask_schedule": "{tracked}", "track": f"[{tmp_path / 'thing.png'}]"},
    }


def test_a_film_diffuses_the_thing_wherever_it_is(make_animation: Make, thing: dict[str, Any]) -> None:
    recorder = Recorder(FakeDiffuser())
    film = make_animation(**thing)
    list(render(Timeline(film), build_pipeline(film, recorder)))
    for frame, request in enumerate(recorder.asked):
        assert request.mask is not None
        found, truth = request.mask[0] > 0.5, scene(frame)[1] > 0.5
        assert float((found & truth).sum() / (found | truth).sum()) > 0.85


@pytest.mark.parametrize("cadence", [1, 3])
@pytest.mark.parametrize("tracker", ["flow", "sam2"])
def test_a_resumed_film_has_the_same_frames_from_its_state(
    make_animation: Make, thing: dict[str, Any], sam: Path, tracker: str, cadence: int
) -> None:
    film = make_animation(
        **{**thing, "mask": {**thing["mask"], "tracker": tracker}},
        diffusion={"model_folders": [str(sam)], "strength": 0.5, "cadence": cadence},
    )
    whole = list(render(Timeline(film), build_pipeline(film, FakeDiffuser())))
    for stop in (1, 4, 6):
        state = State.from_bytes(whole[stop - 1].state.to_bytes())
        assert (state.tracked is None) == (state.next_frame == 0)
        for again in render(Timeline(film), build_pipeline(film, FakeDiffuser()), state):
            assert torch.equal(again.image, whole[again.plan.frame].image)


def test_words_are_steady_in_a_film_and_after_it_is_resumed(
    make_animation: Make, thing: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "clipseg").mkdir()
    model = {"word_model": str(save_clipseg(tmp_path / "clipseg")), "word_threshold": 0.5}
    settings = {"use_mask": True, "mask_schedule": "<thing>", "steady": 3, **model}
    film = make_animation(**{**thing, "mask": settings}, diffusion={"strength": 0.5, "cadence": 2})
    whole = list(render(Timeline(film), build_pipeline(film, FakeDiffuser())))
    for stop in (2, 6):
        state = State.from_bytes(whole[stop - 1].state.to_bytes())
        for again in render(Timeline(film), build_pipeline(film, FakeDiffuser()), state):
            assert torch.equal(again.image, whole[again.plan.frame].image)
    plain = make_animation(**{**thing, "mask": {**settings, "steady": 0}}, diffusion={"strength": 0.5})
    frames = list(render(Timeline(plain), build_pipeline(plain, FakeDiffuser())))
    assert not torch.equal(frames[-1].image, whole[-1].image)
    with pytest.raises(PresetError, match=r"mask\.steady needs a clip"):
        check_film(raw_of(make_animation(mask=settings)))


def test_a_network_that_tracks_is_checked_before_it_loads(
    make_animation: Make, thing: dict[str, Any], sam: Path, tmp_path: Path
) -> None:
    mask = {**thing["mask"], "tracker": "sam2"}
    with pytest.raises(PresetError, match=r"mask\.tracker_model: is not given, and there is none in"):
        check_film(raw_of(make_animation(**{**thing, "mask": mask})))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "config.json").write_text('{"model_type": "sam2"}')
    wrong = {**mask, "tracker_model": str(tmp_path / "other")}
    with pytest.raises(PresetError, match=r"is a model of type 'sam2'; expected .* of type sam2_video"):
        check_film(raw_of(make_animation(**{**thing, "mask": wrong})))
    good = make_animation(**{**thing, "mask": mask}, diffusion={"model_folders": [str(sam)]})
    check_film(raw_of(good))
    assert ("mask.tracker_model", "sam") in {(one.setting, one.path.name) for one in inputs_of(good)}


@pytest.mark.parametrize(
    ("mask", "said"),
    [
        (
            {"mask_schedule": "{tracked}"},
            "there is no {tracked}; give its mask in the first",
        ),
        ({"mask_schedule": "{tracked}", "track": "!{tracked}"}, "{tracked} cannot begin with itself"),
        ({"mask_schedule": "{tracked}", "track": "<dog>"}, "track: <dog> needs CLIPSeg"),
        ({"mask_schedule": "{everywhere}", "track": "<dog"}, "is not closed"),
    ],
)
def test_what_a_track_lacks_is_said(make_animation: Make, mask: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        make_animation(mask={"use_mask": True, **mask})
    assert said in str(caught.value)


def test_a_film_without_a_clip_cannot_track(make_animation: Make, thing: dict[str, Any]) -> None:
    with pytest.raises(PresetError, match=r"mask\.track needs a clip"):
        check_film(raw_of(make_animation(**{**thing, "mode": "2d", "video": {}})))


def test_a_missing_image_of_a_track_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "film.yaml").write_text(
        "mask: {use_mask: true, mask_schedule: '{tracked}', track: '[gone.png]'}\n"
    )
    with pytest.raises(PresetError, match=r"mask\.track: gone\.png: there is no such file"):
        load(tmp_path / "film.yaml")


def test_a_track_that_no_mask_uses_is_not_looked_for() -> None:
    film = Animation.model_validate({"mask": {"track": "{everywhere}"}})
    build_pipeline(film, FakeDiffuser())
