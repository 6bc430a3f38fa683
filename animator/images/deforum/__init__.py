"""8-bit twins of the image operations, for films that must match the Deforum extension 3.0 (`compat`).

Its loop works in 8 bits, with red and blue swapped, results truncated and a few formulas off. Films imported
from its settings files, and the reference vectors, need the same numbers; all else uses `animator.images`.
"""
