"""The networks of transformers that preprocessors need. Imports no torch."""

from collections.abc import Mapping
from typing import Any

from animator.models.pretrained.kind import NetworkKind, labels_of

PERSON = "person"
_KEYPOINTS = 17
"""Points of a body in COCO, whose first ones those of larger sets are."""
ADE20K_CLASSES = 150
NETWORK, DETECTOR = "preprocessor_model", "preprocessor_detector"
"""The settings of a unit that name them."""


def _check_pose(config: Mapping[str, Any]) -> str:
    count = len(labels_of(config))
    return "" if count >= _KEYPOINTS else f"finds {count} points; a body has {_KEYPOINTS} as in COCO"


def _check_detector(config: Mapping[str, Any]) -> str:
    found = any(label.lower() == PERSON for label in labels_of(config))
    return "" if found else f"has no class {PERSON!r} in id2label"


def _check_classes(config: Mapping[str, Any]) -> str:
    count = len(labels_of(config))
    return "" if count == ADE20K_CLASSES else f"has {count} classes; those of ADE20K are {ADE20K_CLASSES}"


def _check_field_of_view(config: Mapping[str, Any]) -> str:
    return "" if config.get("use_fov_model") else "has no use_fov_model, without which there are no meters"


POSE = NetworkKind(
    "the network that finds the points of a body (ViTPose)",
    NETWORK,
    {"vitpose": "VitPoseForPoseEstimation"},
    "usyd-community/vitpose-base-simple",
    _check_pose,
    needs_scipy=frozenset({"vitpose"}),
)
PEOPLE = NetworkKind(
    "the network that finds people (RT-DETR, DETR and the like, trained on COCO)",
    DETECTOR,
    {
        "rt_detr": "RTDetrForObjectDetection",
        "rt_detr_v2": "RTDetrV2ForObjectDetection",
        "d_fine": "DFineForObjectDetection",
        "detr": "DetrForObjectDetection",
        "conditional_detr": "ConditionalDetrForObjectDetection",
        "deformable_detr": "DeformableDetrForObjectDetection",
        "yolos": "YolosForObjectDetection",
    },
    "PekingU/rtdetr_r50vd_coco_o365",
    _check_detector,
)
SEGMENTS = NetworkKind(
    "a segmentation network for ADE20K (UperNet, SegFormer, OneFormer, Mask2Former, BEiT or DPT)",
    NETWORK,
    {
        "upernet": "UperNetForSemanticSegmentation",
        "segformer": "SegformerForSemanticSegmentation",
        "oneformer": "OneFormerForUniversalSegmentation",
        "mask2former": "Mask2FormerForUniversalSegmentation",
        "beit": "BeitForSemanticSegmentation",
        "dpt": "DPTForSemanticSegmentation",
    },
    "openmmlab/upernet-convnext-small",
    _check_classes,
    needs_scipy=frozenset({"oneformer", "mask2former"}),
)
DEPTH_PRO = NetworkKind(
    "the depth network Depth Pro",
    NETWORK,
    {"depth_pro": "DepthProForDepthEstimation"},
    "apple/DepthPro-hf",
    _check_field_of_view,
)
NETWORKS: Mapping[str, tuple[NetworkKind, ...]] = {
    "openpose": (POSE, PEOPLE),
    "segmentation": (SEGMENTS,),
    "depth_pro": (DEPTH_PRO,),
}
"""The networks of each preprocessor that needs any."""

NetworkNames = Mapping[str, str]
"""Names of networks by the settings that have them; empty, or left out, for the first that is found."""


def network_settings(module: str) -> Mapping[str, NetworkKind]:
    """Returns the networks of a preprocessor by the settings that name them."""
    return {kind.setting: kind for kind in NETWORKS.get(module, ())}


def modules_with_network(setting: str) -> tuple[str, ...]:
    """Returns the preprocessors that need the network of a setting, such as `preprocessor_detector`."""
    return tuple(module for module in NETWORKS if setting in network_settings(module))


def network_names(unit: object) -> NetworkNames:
    """Returns the names of networks in a unit's settings, of a film or of images."""
    return {setting: getattr(unit, setting) for setting in (NETWORK, DETECTOR)}
