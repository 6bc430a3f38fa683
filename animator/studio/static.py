"""The files that pages load as they are, and where: below a path of their own."""

from pathlib import Path

STATIC_URL = "/studio/"
STATIC_FOLDER = Path(__file__).with_name("files")
