"""Guided images at work: the leading picture is mixed into the one that is redrawn."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from torch import Tensor

from animator.diffusion.request import GenerationRequest
from animator.plan import Plan


@dataclass(frozen=True, eq=False)
class Guidance:
    """Leads the film through pictures.

    Attributes:
        pictures: Path -> picture (3, H, W), for every path that plans name.
    """

    pictures: Mapping[str, Tensor]

    def apply(self, request: GenerationRequest, plan: Plan) -> GenerationRequest:
        """The request with the leading picture mixed into its own, and the colours to keep.

        The film's first frame is drawn over the first picture as it is.
        """
        if request.picture is None or plan.frame == 0:
            return request
        led, lead = request.picture, self.pictures[plan.guided.image]
        mixed = led.lerp(lead, plan.guided.share).clamp(0.0, 1.0)
        colors = led.lerp(lead, plan.guided.color_share).clamp(0.0, 1.0)
        return replace(request, picture=mixed, colors=colors)
