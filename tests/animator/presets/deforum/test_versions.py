"""Settings of every generation come out by the names of the extension 3.0."""

from typing import Any

import pytest

from animator.presets.deforum.versions import upgrade


def settings(**document: Any) -> dict[str, Any]:
    return dict(upgrade(document).settings)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"width": 640, "height": 384}, {"W": 640, "H": 384}),
        ({"scale": 7}, {"cfg_scale_schedule": "0: (7)"}),
        (
            {"fov": 40, "near_plane": 200, "far_plane": 1e4},
            {"fov_schedule": "0: (40)", "far_schedule": "0: (10000.0)"},
        ),
        ({"num_inference_steps": 30}, {"steps": 30}),
        ({"flip_2d_perspective": True}, {"enable_perspective_flip": True}),
        ({"negative_prompts": "fog"}, {"animation_prompts_negative": "fog"}),
        ({"uncond_prompts": "fog"}, {"animation_prompts_negative": "fog"}),
        ({"use_zoe_depth": False}, {"depth_algorithm": "Midas+AdaBins (old)"}),
        ({"hybrid_composite": True}, {"hybrid_composite": "Normal"}),
        ({"fill": 2}, {"fill": "latent noise"}),
        ({"input": {"fps": 10, "settings": {"max_frames": 9}}}, {"fps": 10, "max_frames": 9}),
        ({"sampler": "klms"}, {"sampler": "LMS"}),
        ({"sampler": 1}, {"sampler": "Euler"}),
        ({"sampler": "DPM adaptive"}, {"sampler": "DPM adaptive"}),
        ({"sampler": "DPM++ SDE", "scheduler": "karras"}, {"sampler": "DPM++ SDE Karras"}),
        ({"sampler_name": "dpmpp_2m_sde_gpu", "scheduler": "karras"}, {"sampler": "DPM++ 2M SDE Karras"}),
        ({"sampler": "Euler", "scheduler": "Automatic"}, {"sampler": "Euler"}),
        ({"sampler": "DPM++ 2M Karras", "scheduler": "karras"}, {"sampler": "DPM++ 2M Karras"}),
        ({"animation_prompts": {"0": "a"}, "prompts": ["still"]}, {"prompts": {"0": "a"}}),
        ({"prompts": '{"0": "a", "5": "b"}'}, {"prompts": {"0": "a", "5": "b"}}),
        (
            {"prompts": "0: a lake | 20: a sea --neg fog"},
            {"prompts": {"0": "a lake", "20": "a sea --neg fog"}},
        ),
        ({"prompts": '"0": "a", "5": "b"'}, {"prompts": {"0": "a", "5": "b"}}),
        ({"prompts": "a lake"}, {"prompts": {"0": "a lake"}}),
        ({"prompts": ["a", "b", "c"], "max_frames": 90}, {"prompts": {"0": "a", "30": "b", "60": "c"}}),
        ({"prompts": ["0: a", "10: b"]}, {"prompts": {"0": "a", "10": "b"}}),
        (
            {"prompts": {"0": "a", "20": "b"}, "negative_prompts": {"0": "fog", "10": "rain"}},
            {"prompts": {"0": "a --neg fog", "20": "b --neg rain"}},
        ),
    ],
)
def test_older_names_and_values(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert settings(**old).items() >= new.items()


def test_a_file_that_is_silent_matches_colors_the_old_way() -> None:
    assert settings()["legacy_colormatch"] is True
    assert settings(legacy_colormatch=False)["legacy_colormatch"] is False


def test_of_two_names_for_a_setting_the_newer_one_wins_with_a_note() -> None:
    result = upgrade({"W": 512, "width": 640})
    assert result.settings["W"] == 512
    assert [str(note) for note in result.notes] == ["width: W is given too and takes precedence"]


def test_broken_prompts_are_reported_with_their_place() -> None:
    with pytest.raises(ValueError, match="line 1, column 11 of the prompts: broken JSON"):
        upgrade({"prompts": '{"0": "a",}'})
    with pytest.raises(ValueError, match="a prompt is text"):
        upgrade({"prompts": {"0": 3}})


def test_an_unknown_sampler_is_left_to_validation() -> None:
    assert settings(sampler="No Such Sampler")["sampler"] == "No Such Sampler"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("a castle:2, fog:-1", "a castle --neg fog"),
        ("a castle:3, a lake:1", "a castle :0.75 AND a lake :0.25"),
        ("a castle, a lake:1 rain:-0.5 fog:-1", "a castle, a lake --neg rain, fog"),
        ("a desert at 10:30", "a desert at 10:30"),
        (r"title\: a lake", "title: a lake"),
        ("a castle:`t/9` a lake:2", "a castle :`t/9` AND a lake :2"),
        ("a castle:2 fog:-1 --neg rain", "a castle --neg fog, rain"),
    ],
)
def test_weights_of_notebooks_become_ours(written: str, meant: str) -> None:
    weighted = {"animation_prompts": {"0": written}, "prompt_weighting": True}
    assert settings(**weighted)["prompts"] == {"0": meant}
    assert settings(prompts={"0": written})["prompts"] == {"0": written}
    assert settings(**{**weighted, "prompt_weighting": False})["prompts"] == {"0": written}


def test_weights_of_notebooks_are_kept_as_written_where_they_are_not_normalized() -> None:
    document = {"prompt_weighting": True, "normalize_prompt_weights": False}
    assert settings(**document, prompts={"0": "a:3 b:1"})["prompts"] == {"0": "a :3 AND b :1"}
