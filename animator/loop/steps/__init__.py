"""Sources, motions and steps: the frozen dataclasses that fill a `Pipeline`, built on `animator.images`."""
