"""Golden sigmas of every schedule type at ten steps."""

import numpy as np
import pytest

from animator.models.diffusion.samplers.sigmas import SCHEDULES, NoiseSchedule, schedule_sigmas
from animator.models.diffusion.unet_model import UNetModel
from tests.animator.models.diffusion.tiny_models import pipeline

ALPHAS = np.cumprod(1 - np.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2)
TEN_STEPS = {
    "Uniform": (14.615, 7.8399, 4.6092, 2.9183, 1.9502, 1.3449, 0.93236, 0.62498, 0.36866, 0.029167, 0),
    "Karras": (14.615, 9.1029, 5.4784, 3.1686, 1.7494, 0.91407, 0.44692, 0.2014, 0.08191, 0.029167, 0),
    "Exponential": (14.615, 7.3249, 3.6712, 1.84, 0.92222, 0.46222, 0.23166, 0.11611, 0.058195, 0.029167, 0),
    "Polyexponential": (
        14.615,
        7.3249,
        3.6712,
        1.84,
        0.92222,
        0.46222,
        0.23166,
        0.11611,
        0.058195,
        0.02917,
        0,
    ),
    "SGM Uniform": (14.615, 8.3072, 5.0924, 3.3251, 2.2797, 1.6156, 1.1629, 0.83188, 0.57119, 0.3437, 0),
    "Simple": (14.615, 8.3028, 5.0878, 3.3211, 2.2765, 1.6129, 1.1606, 0.82986, 0.56928, 0.34167, 0),
    "Normal": (14.615, 7.8399, 4.6092, 2.9183, 1.9502, 1.3449, 0.93236, 0.62498, 0.36866, 0.029167, 0),
    "DDIM": (8.3907, 5.1344, 3.3478, 2.2929, 1.6237, 1.1682, 0.83565, 0.57405, 0.34619, 0.041314, 0.029167),
    "Beta": (14.615, 11.091, 6.6031, 3.6758, 2.0981, 1.2555, 0.7624, 0.44481, 0.2178, 0.029167, 0),
    "KL Optimal": (14.615, 4.2324, 2.3937, 1.5971, 1.133, 0.81524, 0.57291, 0.37248, 0.19529, 0.029167, 0),
    "Align Your Steps": (14.615, 6.1135, 3.5651, 2.3939, 1.65, 1.1358, 0.74252, 0.44501, 0.16921, 0.029, 0),
    "Trailing": (14.615, 8.3028, 5.0878, 3.3211, 2.2765, 1.6129, 1.1606, 0.82986, 0.56928, 0.34167, 0),
    "LCM": (14.615, 8.3028, 5.0878, 3.3211, 2.2765, 1.6129, 1.1606, 0.82986, 0.56928, 0.34167, 0),
}
# Sabour et al. 2024; the eleven sigmas come out as published where eleven are asked for.
ALIGNED = {
    "sd1": (14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.029, 0),
    "sd2": (14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.029, 0),
    "sdxl": (14.615, 6.315, 3.771, 2.181, 1.342, 0.862, 0.555, 0.380, 0.234, 0.113, 0.029, 0),
}


def test_every_schedule_type_has_its_sigmas_written_here() -> None:
    assert set(TEN_STEPS) == set(SCHEDULES)


@pytest.mark.parametrize("name", TEN_STEPS)
def test_ten_steps_have_these_sigmas(name: str) -> None:
    assert schedule_sigmas(NoiseSchedule.of(ALPHAS), name, 10) == pytest.approx(TEN_STEPS[name], rel=2e-4)


@pytest.mark.parametrize("family", ALIGNED)
def test_align_your_steps_uses_the_sigmas_of_the_models_family(family: str) -> None:
    sigmas = schedule_sigmas(NoiseSchedule.of(ALPHAS, family), "Align Your Steps", 11)
    assert sigmas == pytest.approx(ALIGNED[family], rel=1e-6)


def test_ten_aligned_steps_of_sdxl_have_these_sigmas() -> None:
    expected = (14.615, 5.9634, 3.339, 1.855, 1.1023, 0.67496, 0.43114, 0.26062, 0.12252, 0.029, 0)
    assert schedule_sigmas(NoiseSchedule.of(ALPHAS, "sdxl"), "Align Your Steps", 10) == pytest.approx(
        expected, rel=2e-4
    )


@pytest.mark.parametrize("kind", ["sd1", "sdxl"])
def test_a_loaded_models_noise_schedule_knows_its_family(kind: str) -> None:
    assert UNetModel.of("tiny", pipeline(kind)).noise_schedule.family == kind
