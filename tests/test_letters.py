from tests.letters import image_of, letters_of


def test_letters_are_pixels_row_by_row() -> None:
    image = image_of("RRG/BBW")
    assert image.shape == (3, 2, 3)
    assert image[:, 0, 2].tolist() == [0, 1, 0] and image[:, 1, 0].tolist() == [0, 0, 1]


def test_a_image_of_letters_is_read_back() -> None:
    assert letters_of(image_of("RGB/CMY/KWK")) == "RGB/CMY/KWK"
    assert letters_of(image_of("RG") * 0.5) == "??"
