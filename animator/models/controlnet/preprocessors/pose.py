"""`Pose`: people in an image, as OpenPose draws them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from animator.images.image import from_uint8
from animator.images.side_stream import to_host
from animator.models.controlnet.preprocessors.networks import PERSON
from animator.models.controlnet.preprocessors.skeleton import Points, body_points, draw_people
from animator.models.pretrained.load import PretrainedNetwork

MOST_PEOPLE = 32
"""People who are drawn at most: those that are the surest."""
_BODY = 17
"""Points of COCO's bodies, which are the first ones of larger sets."""
_LEAST_SIDE = 2
"""Sides in pixels below which a person has no pose."""
Boxes = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _OnHost:
    """The outputs of a network, on the host, as transformers' processors read them."""

    logits: Tensor | None = None
    pred_boxes: Tensor | None = None
    heatmaps: Tensor | None = None


@dataclass(frozen=True, eq=False)
class Pose:
    """Finds people, and then the points of each one's body.

    Attributes:
        bodies: ViTPose.
        people: A detector with a class `person`.

    Source:
        Xu et al., "ViTPose: Simple Vision Transformer Baselines for Human Pose Estimation" (2022).
    """

    bodies: PretrainedNetwork
    people: PretrainedNetwork

    def __call__(self, image: Tensor, least_point: float, least_person: float) -> Tensor:
        """Returns the skeletons (3, H, W) of the people in an image on black.

        Args:
            image: (3, H, W), [0, 1].
            least_point: Score above which a point of a body is drawn, 0 to 1.
            least_person: Score above which something is a person, 0 to 1.
        """
        boxes = self.find_people(image, least_person)
        drawn = draw_people(self.find_points(image, boxes, least_point), *image.shape[1:])
        return from_uint8(drawn, image.device)

    @torch.no_grad()
    def find_people(self, image: Tensor, least: float) -> Boxes:
        """Returns the boxes (N, 4) of people, the surest first: left, top, width and height in pixels."""
        size = tuple(image.shape[1:])
        with self.people.running():
            outputs = self.people.model(**self.people.inputs(image))
            on_host = _OnHost(logits=to_host(outputs.logits), pred_boxes=to_host(outputs.pred_boxes))
            (found,) = self.people.processor.post_process_object_detection(
                on_host, threshold=least, target_sizes=[size]
            )
        labels = self.people.model.config.id2label
        is_person = [str(labels.get(int(label), "")).lower() == PERSON for label in found["labels"]]
        scores = found["scores"][is_person]
        boxes = found["boxes"][is_person][scores.argsort(descending=True, stable=True)]
        corners = boxes[:MOST_PEOPLE].to(torch.float64).numpy()
        left_top, right_bottom = (corners[:, part].clip(0, size[::-1]) for part in (slice(2), slice(2, 4)))
        boxed = np.concatenate([left_top, right_bottom - left_top], axis=1)
        return np.asarray(boxed[(boxed[:, 2:] >= _LEAST_SIDE).all(axis=1)], np.float64)

    @torch.no_grad()
    def find_points(self, image: Tensor, boxes: Boxes, least: float) -> list[Points]:
        """Returns the points of the body in each box (N, 4), the last box first."""
        if not len(boxes):
            return []
        network, given = self.bodies, [boxes.tolist()]
        with network.running():
            inputs = network.inputs(image, boxes=given)
            heatmaps = to_host(network.model(**inputs, **self._experts(len(boxes))).heatmaps)
            (poses,) = network.processor.post_process_pose_estimation(_OnHost(heatmaps=heatmaps), boxes=given)
        return [
            body_points(pose["keypoints"][:_BODY].double().numpy(), pose["scores"][:_BODY].numpy(), least)
            for pose in reversed(poses)
        ]

    def _experts(self, count: int) -> dict[str, Any]:
        """Returns which experts of a ViTPose+ act on some images: those for COCO."""
        config = self.bodies.model.config.backbone_config
        if int(getattr(config, "num_experts", 1)) < 2:
            return {}
        return {"dataset_index": torch.zeros(count, dtype=torch.int64, device=self.bodies.device)}
