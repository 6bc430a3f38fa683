"""`SamFollowing`: follows a thing through a clip by SAM 2."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from animator.errors import ModelError
from animator.images.side_stream import to_device, to_host
from animator.models.pretrained.load import PretrainedNetwork

_THING = 1
"""The number of the only thing that is followed."""
_POINTER, _FEATURES, _POSITIONS = "object_pointer", "maskmem_features", "maskmem_pos_enc"
_USED_LATER = (_POINTER, _FEATURES, _POSITIONS)
"""What SAM reads of an earlier image again."""


class SamFollowing:
    """A thing that is followed by SAM 2, which remembers its first image and the last ones.

    What it remembers does not grow: images that are too old to be read again are dropped. Its masks are those
    of a session of transformers that drops none.

    Source:
        Ravi et al., "SAM 2: Segment Anything in Images and Videos" (2024).
    """

    def __init__(self, image: Tensor, mask: Tensor, network: PretrainedNetwork) -> None:
        """Begins at an image (3, H, W) with the mask (H, W) of the thing.

        Args:
            image: The first image.
            mask: (H, W), [0, 1]; what is at least 0.5 belongs to the thing.
            network: Sam2VideoModel.
        """
        self._network = network
        with network.running():
            self._session = _begun(network, mask)
        self._frame = 0
        self._look(image)

    def next(self, image: Tensor) -> Tensor:
        """Returns the mask (H, W) of 0 and 1, on the CPU, in the next image (3, H, W)."""
        self._frame += 1
        logits, size = self._look(image), list(image.shape[1:])
        with self._network.running():
            (masks,) = self._network.processor.post_process_masks(
                [logits], original_sizes=[size], binarize=True
            )
        return to_host(torch.as_tensor(masks).reshape(size).to(torch.float32))

    @property
    def memory(self) -> Mapping[str, Tensor]:
        """What it remembers of the last images besides the first one, the oldest first."""
        kept = self._outputs.values()
        memory = {
            "pointers": [output[_POINTER] for output in kept],
            "features": [output[_FEATURES] for output in kept if _FEATURES in output],
        }
        return {name: torch.stack(tensors) for name, tensors in memory.items() if tensors}

    def recall(self, memory: Mapping[str, Tensor], frames: int, image: Tensor) -> None:
        """Continues where another one that began alike was.

        Args:
            memory: What that one remembers.
            frames: How many images it had followed the thing through.
            image: The last of them.

        Raises:
            ModelError: It is the memory of another network.
        """
        first = self._session.output_dict_per_obj[0]["cond_frame_outputs"][0]
        pointers, features = memory.get("pointers"), memory.get("features")
        longest, shorter = min(frames, self._reach), min(frames, self._feature_reach)
        if not (_fits(pointers, longest, first[_POINTER]) and _fits(features, shorter, first[_FEATURES])):
            raise ModelError(
                "mask.tracker_model: the film's state is not one of this network; render the film anew"
            )
        for offset, pointer in enumerate(() if pointers is None else pointers[:longest]):
            self._outputs[frames - longest + 1 + offset] = {_POINTER: to_device(pointer, self._device)}
        for offset, feature in enumerate(() if features is None else features[:shorter]):
            self._outputs[frames - shorter + 1 + offset] |= {
                _FEATURES: to_device(feature, self._device),
                _POSITIONS: first[_POSITIONS],
            }
        self._frame = frames

    @property
    def _device(self) -> torch.device:
        return self._network.device

    @property
    def _outputs(self) -> dict[int, dict[str, Tensor]]:
        """What the session keeps of each image that it followed the thing to, by its number."""
        outputs: dict[int, dict[str, Tensor]] = self._session.output_dict_per_obj[0]["non_cond_frame_outputs"]
        return outputs

    @property
    def _reach(self) -> int:
        """How many images back it reads anything."""
        return max(int(self._network.model.config.max_object_pointers_in_encoder) - 1, self._feature_reach)

    @property
    def _feature_reach(self) -> int:
        """How many images back it reads features."""
        return int(self._network.model.config.num_maskmem) - 1

    @torch.no_grad()
    def _look(self, image: Tensor) -> Tensor:
        """Returns the logits (1, 1, h, w) of the mask in an image, and remembers it."""
        session = self._session
        with self._network.running():
            pixels = self._network.inputs(image)["pixel_values"]
            output = self._network.model(inference_session=session, frame=pixels, frame_idx=self._frame)
        session.processed_frames.clear()
        session.frames_tracked_per_obj[0].clear()
        session.mask_inputs_per_obj[0].clear()
        for number, kept in tuple(self._outputs.items()):
            if number <= self._frame - self._reach:
                del self._outputs[number]
                continue
            used = _USED_LATER if number > self._frame - self._feature_reach else (_POINTER,)
            for name in kept.keys() - set(used):
                del kept[name]
        return torch.as_tensor(output.pred_masks)


def _begun(network: PretrainedNetwork, mask: Tensor) -> Any:
    """Returns a session of transformers with the mask of a thing in its first image."""
    from transformers import Sam2VideoProcessor, Sam2VideoVideoProcessor

    side = int(network.model.config.image_size)
    processor = Sam2VideoProcessor(network.processor, Sam2VideoVideoProcessor(), target_size=side)
    session = processor.init_video_session(inference_device=network.device, dtype=torch.float32)
    given = to_device(mask, network.device)
    processor.process_new_mask_for_video_frame(session, frame_idx=0, obj_ids=[_THING], input_masks=given)
    return session


def _fits(stacked: Tensor | None, count: int, like: Tensor) -> bool:
    """Returns True for as many tensors as expected, in a stack, each of a kind."""
    if stacked is None:
        return count == 0
    return stacked.shape == (count, *like.shape) and stacked.dtype == like.dtype
