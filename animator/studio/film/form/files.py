"""What settings may name on a server: files that were sent, files in its folders, models."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from animator.core.listing import files_below
