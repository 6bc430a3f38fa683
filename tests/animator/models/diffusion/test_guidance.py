"""Guidance besides its scale: rescaled contrast, distilled models, images to edit."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from animator.models.diffusion.checkpoints.identify import identify
from animator.models.diffusion.guidance import Guidance
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.prompts.encode import Conditioning
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.stable import StableDiffuser
from animator.models.diffusion.tuning import GuidanceTuning
from animator.models.diffusion.unet_engine import UNetEngine
from schedules import PromptFrame
from tests.opened import open_stable

Opened = Callable[[str], StableDiffuser]
Folder = Callable[[str], Path]
TEXT = Conditioning(torch.zeros(1, 77, 8), None)


def outputs(rows: int) -> torch.Tensor:
    return torch.randn((rows, 4, 8, 8), generator=torch.Generator().manual_seed(4))


def test_rescaled_guidance_has_the_contrast_of_the_prompt() -> None:
    plain = Guidance.of([(TEXT, 1.0)], TEXT, 7.0, TEXT)
    made = outputs(2)
    guided, own = plain.combine(made), made[1]
    assert float(guided.std()) > 3 * float(own.std())
    full = replace(plain, rescale=1.0).combine(made)
    assert torch.allclose(full.std(), own.std(), rtol=1e-5)
    assert torch.allclose(full / full.std(), guided / guided.std(), atol=1e-5)
    some = replace(plain, rescale=0.7).combine(made)
    assert torch.allclose(some, guided * 0.3 + full * 0.7, atol=1e-5)


def test_rescaling_changes_images_and_nothing_else(opened: Opened, request_: GenerationRequest) -> None:
    before = opened("sd1").generate(request_)
    tuned = replace(request_, guidance=GuidanceTuning(rescale=0.7))
    assert float((opened("sd1").generate(tuned) - before).abs().max()) > 0.02
    assert torch.equal(opened("sd1").generate(request_), before)
    unguided = replace(request_, cfg_scale=1.0)
    assert torch.equal(
        opened("sd1").generate(replace(tuned, cfg_scale=1.0)), opened("sd1").generate(unguided)
    )


def test_a_distilled_scale_is_the_models_input(opened: Opened, request_: GenerationRequest) -> None:
    flux = opened("flux")
    usual = flux.generate(replace(request_, cfg_scale=3.5))
    same = flux.generate(replace(request_, cfg_scale=1.0, guidance=GuidanceTuning(distilled=3.5)))
    assert torch.equal(same, usual)
    guided = flux.generate(replace(request_, cfg_scale=4.0, guidance=GuidanceTuning(distilled=3.5)))
    assert float((guided - usual).abs().max()) > 0.01


def test_an_lcm_takes_the_distilled_scale(opened: Opened, request_: GenerationRequest) -> None:
    lcm = replace(request_, prompt=PromptFrame("a cat", ""))
    usual = opened("lcm").generate(replace(lcm, cfg_scale=2.0))
    same = opened("lcm").generate(replace(lcm, cfg_scale=9.0, guidance=GuidanceTuning(distilled=2.0)))
    assert torch.equal(same, usual)


def test_an_edited_image_guides_as_published() -> None:
    """Brooks et al. 2023, equation 3, with text scale 5 and image scale 1.5."""
    guidance = Guidance.of([(TEXT, 1.0)], TEXT, 5.0, TEXT).by_image(1.5)
    made = outputs(3)
    negative, positive, nothing = made[:1], made[1:2], made[2:]
    expected = nothing + 1.5 * (negative - nothing) + 5.0 * (positive - negative)
    assert guidance.rows == 3 and torch.allclose(guidance.combine(made), expected, atol=1e-5)


def rows_of(diffuser: StableDiffuser, request: GenerationRequest) -> list[torch.Tensor]:
    engine, seen = diffuser.engine(), []
    assert isinstance(engine, UNetEngine)
    handle = engine.model.unet.register_forward_pre_hook(
        lambda _module, _args, kwargs: seen.append(kwargs["sample"]), with_kwargs=True
    )
    diffuser.generate(request)
    handle.remove()
    return seen


def test_an_editing_model_sees_the_image_in_all_rows_but_one(
    opened: Opened, request_: GenerationRequest
) -> None:
    sample = rows_of(opened("sd1-edit"), request_)[0]
    engine = opened("sd1-edit").engine()
    assert isinstance(engine, UNetEngine) and request_.image is not None
    latent = engine.encode(request_.image) / 0.18215
    assert sample.shape == (3, 8, 8, 8)
    assert torch.allclose(sample[:2, 4:], latent.expand(2, -1, -1, -1)) and not sample[2, 4:].any()
    assert len(rows_of(opened("sd1-edit"), replace(request_, guidance=GuidanceTuning(image=1.0)))[0]) == 2
    unguided = replace(request_, cfg_scale=1.0, guidance=GuidanceTuning(image=1.0))
    assert len(rows_of(opened("sd1-edit"), unguided)[0]) == 1


def test_the_image_scale_changes_edits_and_no_other_models(
    opened: Opened, request_: GenerationRequest
) -> None:
    more = replace(request_, guidance=GuidanceTuning(image=3.0))
    edited, usual = opened("sd1-edit"), opened("sd1")
    assert float((edited.generate(more) - edited.generate(request_)).abs().max()) > 0.02
    assert torch.equal(usual.generate(more), usual.generate(request_))


def test_editing_works_with_one_prompt_at_a_time_and_without_an_image(
    folder_of: Folder, opened: Opened, request_: GenerationRequest
) -> None:
    low = open_stable(str(folder_of("sd1-edit")), torch.device("cpu"), LoadOptions(memory="low"))
    assert torch.allclose(low.generate(request_), opened("sd1-edit").generate(request_), atol=1e-3)
    assert torch.isfinite(opened("sd1-edit").generate(replace(request_, image=None))).all()


def test_an_editing_file_is_recognized_and_opened(
    folder_of: Folder, file_of: Folder, opened: Opened, request_: GenerationRequest
) -> None:
    assert str(identify(file_of("sd1-edit"))) == "Stable Diffusion 1 InstructPix2Pix checkpoint"
    options = LoadOptions(architecture=str(folder_of("sd1-edit")))
    from_file = open_stable(str(file_of("sd1-edit")), torch.device("cpu"), options).generate(request_)
    assert torch.allclose(from_file, opened("sd1-edit").generate(request_), atol=1e-5)
