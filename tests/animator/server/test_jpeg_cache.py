"""JPEG images that several clients ask for at once are made once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from animator.server.files.jpeg_cache import JpegCache


def test_clients_that_ask_at_once_wait_for_one_image() -> None:
    cache, asked, made = JpegCache(), threading.Event(), list[str]()

    def make() -> bytes:
        asked.wait(30)
        made.append("image")
        return b"jpeg"

    with ThreadPoolExecutor(5) as clients:
        answers = [clients.submit(cache.get, "frame 3", make) for _ in range(5)]
        asked.set()
        assert {answer.result(30) for answer in answers} == {b"jpeg"}
    assert made == ["image"]


def test_an_image_that_fails_is_tried_again() -> None:
    cache = JpegCache()

    def fail() -> bytes:
        raise OSError("gone")

    for _ in range(2):
        with pytest.raises(OSError, match="gone"):
            cache.get("frame", fail)
    assert cache.get("frame", lambda: b"jpeg") == b"jpeg"


def test_the_oldest_images_make_room() -> None:
    cache = JpegCache(max_bytes=10)
    for name in "abc":
        cache.get(name, lambda: b"12345")
    assert cache.get("c", lambda: b"new") == b"12345"
    assert cache.get("a", lambda: b"new") == b"new"
