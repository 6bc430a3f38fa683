"""What the Deforum extension 3.0 really computes, where that is not what one would want.

Its loop lives in 8 bits, with red and blue swapped, results truncated and a few formulas off. Films imported
from its settings files, and the reference vectors, need the same numbers; everything else uses the
neighbors of this package.
"""
