"""Generates several images at once: `generate_batch`, and which requests go together."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from typing import Protocol, runtime_checkable

from torch import Tensor

from animator.models.diffusion.one_at_a_time import generate_alone, hold
from animator.models.diffusion.request import Diffuser, GenerationRequest


@runtime_checkable
class BatchDiffuser(Diffuser, Protocol):
    """A diffuser that generates several images faster together than one by one."""

    def generate_batch(self, requests: Sequence[GenerationRequest]) -> list[Tensor]:
        """Returns the generated image (3, H, W) of each request."""


def generate_batch(
    diffuser: Diffuser, requests: Sequence[GenerationRequest], *, exact: bool = False
) -> list[Tensor]:
    """Returns the generated images (3, H, W), RGB in [0, 1], of several requests.

    Requests that differ in size, steps, sampler, checkpoint, LoRA files or the like are generated apart.

    Args:
        diffuser: Any diffuser; one without `generate_batch` generates one by one.
        requests: The requests, in any number.
        exact: Generate one by one. The images then have the same bits as each alone. Together they differ by
            rounding, for kernels add in another order: by 1e-6 with the built-in model on a CPU, and by less
            than 1/255 in single precision with any model that is not broken.
    """
    if exact or not isinstance(diffuser, BatchDiffuser):
        return [generate_alone(diffuser, request) for request in requests]
    with hold(diffuser):
        return diffuser.generate_batch(requests)


def in_groups(
    generate: Callable[[Sequence[GenerationRequest]], Sequence[Tensor]],
    requests: Sequence[GenerationRequest],
    key: Callable[[GenerationRequest], Hashable],
) -> list[Tensor]:
    """Returns what a function returns for requests, called once for those of each key, in their order.

    Args:
        generate: Generates requests of one key together.
        requests: The requests.
        key: Requests with equal keys go together.
    """
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for index, request in enumerate(requests):
        groups[key(request)].append(index)
    made: dict[int, Tensor] = {}
    for indices in groups.values():
        made |= zip(indices, generate([requests[index] for index in indices]), strict=True)
    return [made[index] for index in range(len(requests))]


def form_of(request: GenerationRequest, begins: float) -> Hashable:
    """Returns what requests have to share to be sampled together, besides LoRA files and hypernetworks.

    Args:
        request: One of them.
        begins: What says where among the steps it begins: those that run, or the share that is skipped.
    """
    return (
        (request.size, request.steps, begins, request.sampler, request.tiling),
        (request.ddim_eta, request.ancestral_eta),
        (request.refiner, request.freeu, request.deep_shrink),
        tuple(
            (control.model, control.start, control.end, control.control_mode, control.is_reference)
            for control in request.controls
        ),
        tuple(
            (prompt.adapter, prompt.start, prompt.end, len(prompt.images), prompt.mask is None)
            for prompt in request.image_prompts
        ),
    )
