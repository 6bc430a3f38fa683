"""Things that are followed by SAM 2: equal to a session of transformers, in bounded memory."""

import json
from pathlib import Path

import pytest
import torch
from torch import Tensor

from animator.errors import ModelError
from animator.images.image import to_uint8
from animator.loop.state import State
from animator.masks.networks import SAM
from animator.masks.sam import SamFollowing
from animator.masks.tracked import TrackerMemory
from animator.models.diffusion.checkpoints.library import Library
from animator.models.pretrained.load import load_network
from tests.animator.masks.moving_thing import scene
from tests.animator.masks.tiny_sam import SIDE, open_sam, save_sam
from tests.synchronizations import DEVICE, Place, listed, synchronizations

LONG = 24
"""Frames after which it has begun to forget: it reads 15 pointers and 6 features."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_sam(tmp_path_factory.mktemp("sam"))


def followed(folder: Path, frames: int) -> tuple[SamFollowing, list[Tensor]]:
    """What follows the thing up to a frame, and its masks."""
    following = SamFollowing(*scene(0), open_sam(folder))
    return following, [following.next(scene(frame)[0]) for frame in range(1, frames + 1)]


def test_masks_are_those_of_a_session_of_transformers_that_forgets_nothing(folder: Path) -> None:
    from transformers import Sam2ImageProcessor, Sam2VideoModel, Sam2VideoProcessor, Sam2VideoVideoProcessor

    of_images = Sam2ImageProcessor.from_pretrained(folder)
    processor = Sam2VideoProcessor(of_images, Sam2VideoVideoProcessor(), target_size=SIDE)
    model, session = Sam2VideoModel.from_pretrained(folder).eval(), processor.init_video_session()
    wanted = []
    with torch.no_grad():
        for frame in range(LONG + 1):
            image, mask = scene(frame)
            inputs = processor(images=to_uint8(image), return_tensors="pt")
            if not frame:
                processor.add_inputs_to_inference_session(session, 0, 1, input_masks=mask)
            output = model(inference_session=session, frame=inputs.pixel_values[0])
            wanted += processor.post_process_masks([output.pred_masks], inputs.original_sizes)
    following, masks = followed(folder, LONG)
    assert all(torch.equal(own, one[0, 0].float()) for own, one in zip(masks, wanted[1:], strict=True))
    kept = session.output_dict_per_obj[0]["non_cond_frame_outputs"]
    pointers = torch.stack([kept[frame]["object_pointer"] for frame in range(LONG - 14, LONG + 1)])
    features = torch.stack([kept[frame]["maskmem_features"] for frame in range(LONG - 5, LONG + 1)])
    assert torch.equal(following.memory["pointers"], pointers)
    assert torch.equal(following.memory["features"], features)
    areas = [float(mask.mean()) for mask in masks]
    assert min(areas) > 0 and max(areas) < 1 and len(set(areas)) > 5


def test_memory_does_not_grow(folder: Path) -> None:
    def size(following: SamFollowing) -> tuple[int, int]:
        session = following._session
        tensors = [one for kept in following._outputs.values() for one in kept.values()]
        assert not session.processed_frames and not session.frames_tracked_per_obj[0]
        return len(tensors), sum(tensor.nbytes for tensor in tensors)

    following, _ = followed(folder, LONG)
    before = size(following)
    for _ in range(20):
        following.next(scene(0)[0])
    assert size(following) == before and before[0] == 15 + 6 + 6


@pytest.mark.parametrize("frames", [1, 4, 10, LONG])
def test_it_continues_from_its_memory_to_the_same_bits(folder: Path, frames: int) -> None:
    following, _ = followed(folder, frames)
    saved = State(frames + 1, image=scene(0)[0], tracked=TrackerMemory(frames, following.memory))
    restored = State.from_bytes(saved.to_bytes()).tracked
    assert restored is not None and restored.frame == frames
    resumed = SamFollowing(*scene(0), open_sam(folder))
    resumed.recall(restored.tensors, restored.frame, scene(frames)[0])
    for frame in range(frames + 1, frames + 4):
        assert torch.equal(resumed.next(scene(frame)[0]), following.next(scene(frame)[0]))
    for name, tensor in following.memory.items():
        assert torch.equal(resumed.memory[name], tensor)


def test_the_memory_of_another_network_is_refused(folder: Path, tmp_path: Path) -> None:
    following, _ = followed(folder, 4)
    other = SamFollowing(*scene(0), open_sam(save_sam(tmp_path / "other", memories=3)))
    fresh = SamFollowing(*scene(0), open_sam(folder))
    for resumed, memory, frames in (
        (other, following.memory, 4),
        (fresh, following.memory, 9),
        (fresh, {}, 4),
        (fresh, {"mask": torch.zeros(4, 4), "motion": torch.eye(3)}, 4),
    ):
        with pytest.raises(ModelError, match=r"mask\.tracker_model: .* render the film anew"):
            resumed.recall(memory, frames, scene(4)[0])


def test_an_empty_mask_is_followed_without_an_error(folder: Path) -> None:
    image, mask = scene(0)
    following = SamFollowing(image, torch.zeros_like(mask), open_sam(folder))
    assert set(following.next(image).unique().tolist()) <= {0.0, 1.0}


def test_the_host_waits_for_a_device_only_where_it_is_listed(folder: Path) -> None:
    _, wanted = followed(folder, 3)
    with synchronizations() as noted:
        following = SamFollowing(*scene(0), load_network(SAM, str(folder), Library(), DEVICE))
        masks = [following.next(scene(1)[0])]
        noted.found.clear()
        masks += [following.next(scene(frame)[0]) for frame in (2, 3)]
    assert noted.found.keys() == {Place("masks/sam.py", "_look"), Place("masks/sam.py", "next")}
    assert noted.found.keys() <= listed().keys()
    assert all(float((own - one).abs().mean()) < 0.01 for own, one in zip(masks, wanted, strict=True))


@pytest.mark.parametrize("broken", [{"image_mean": [0.5, 0.5]}, {"size": {"height": 9, "width": 9}}], ids=str)
def test_a_broken_image_processor_is_said(tmp_path: Path, broken: dict[str, object]) -> None:
    path = save_sam(tmp_path / "sam") / "preprocessor_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **broken}))
    with pytest.raises(ModelError, match=f"{tmp_path / 'sam'}: cannot be run: .*; download or copy it again"):
        followed(tmp_path / "sam", 1)
