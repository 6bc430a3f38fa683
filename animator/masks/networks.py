"""The network that follows things, as data. Imports no torch."""

from animator.models.pretrained.kind import NetworkKind

SAM = NetworkKind(
    "the network that follows a thing (SAM 2 for videos)",
    "mask.tracker_model",
    {"sam2_video": "Sam2VideoModel"},
    "facebook/sam2.1-hiera-tiny",
)
