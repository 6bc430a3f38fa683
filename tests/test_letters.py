from tests.letters import letters_of, picture_of


def test_letters_are_pixels_row_by_row() -> None:
    picture = picture_of("RRG/BBW")
    assert picture.shape == (3, 2, 3)
    assert picture[:, 0, 2].tolist() == [0, 1, 0] and picture[:, 1, 0].tolist() == [0, 0, 1]


def test_a_picture_of_letters_is_read_back() -> None:
    assert letters_of(picture_of("RGB/CMY/KWK")) == "RGB/CMY/KWK"
    assert letters_of(picture_of("RG") * 0.5) == "??"
