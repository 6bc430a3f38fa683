"""What a plan asks of the diffusion model."""

from animator.loop.requests import request_of
from animator.models.diffusion.tuning import USUAL_GUIDANCE, DeepShrink, FreeU, GuidanceTuning, Refiner
from animator.timeline.timeline import Timeline
from tests.fakes import Make


def test_guidance_is_tuned_by_frame(make_animation: Make) -> None:
    settings = {
        "cfg_rescale": "0: (0), 4: (0.8)",
        "distilled_cfg_scale": "0: (0), 4: (3.5)",
        "image_cfg_scale": 2,
    }
    film = make_animation(frames=5, diffusion=settings)
    first, _, middle, _, last = (request_of(plan, None).guidance for plan in Timeline(film))
    assert first == GuidanceTuning(rescale=0.0, distilled=None, image=2.0)
    assert middle == GuidanceTuning(rescale=0.4, distilled=1.75, image=2.0)
    assert last == GuidanceTuning(rescale=0.8, distilled=3.5, image=2.0)


def test_guidance_is_the_usual_one_unless_a_film_says_otherwise(make_animation: Make) -> None:
    plan = Timeline(make_animation(frames=1))[0]
    assert request_of(plan, None).guidance == USUAL_GUIDANCE


def test_a_film_without_tuning_asks_for_none(make_animation: Make) -> None:
    request = request_of(Timeline(make_animation(frames=1))[0], None)
    assert (request.refiner, request.freeu, request.deep_shrink, request.seed_resize) == (None,) * 4


def test_a_refiner_is_named_by_frame(make_animation: Make) -> None:
    settings = {"refiner": {0: "", 2: "fine", 4: "finer"}, "refiner_share": "0: (0.4), 4: (0.8)"}
    film = make_animation(frames=5, diffusion=settings)
    refiners = [request_of(plan, None).refiner for plan in Timeline(film)]
    assert refiners[:2] == [None, None]
    assert refiners[2::2] == [Refiner("fine", 0.4 + 0.4 * 2 / 4), Refiner("finer", 0.8)]


def test_freeu_and_deep_shrink_change_by_frame_and_are_off_without_a_step(make_animation: Make) -> None:
    film = make_animation(
        frames=3,
        freeu={"enabled": True, "b1": "0: (1), 2: (2)", "end": "0: (1), 2: (0)"},
        deep_shrink={"enabled": True, "block": "0: (1), 2: (5)", "factor": 1.5, "start": "0: (1), 1: (0.1)"},
    )
    first, second, third = (request_of(plan, None) for plan in Timeline(film))
    assert first.freeu == FreeU(b1=1.0) and second.freeu == FreeU(b1=1.5, end=0.5) and third.freeu is None
    assert first.deep_shrink is None and second.deep_shrink == DeepShrink(3, 1.5, 0.1, 0.35)
    assert third.deep_shrink == DeepShrink(5, 1.5, 0.1, 0.35)


def test_switched_off_groups_ask_for_nothing(make_animation: Make) -> None:
    film = make_animation(frames=1, freeu={"b1": 2}, deep_shrink={"factor": 3})
    request = request_of(Timeline(film)[0], None)
    assert (request.freeu, request.deep_shrink) == (None, None)


def test_the_noise_of_another_size_is_asked_for(make_animation: Make) -> None:
    film = make_animation(frames=1, diffusion={"seed_resize_from": [64, 128]})
    assert request_of(Timeline(film)[0], None).seed_resize == (64, 128)
