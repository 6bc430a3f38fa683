"""What a plan asks of the diffusion model."""

from animator.loop.requests import request_of
from animator.models.diffusion.tuning import USUAL_GUIDANCE, GuidanceTuning
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
