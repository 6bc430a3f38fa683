"""Finds what a person looks for in a list: by words, in any order and case."""


def has_words(text: str, wanted: object) -> bool:
    """Returns True if a text has all words that are looked for.

    Args:
        text: The text.
        wanted: What is in a search field: words with spaces between them; None and an empty text find all.
    """
    folded = text.casefold()
    return all(word in folded for word in str(wanted or "").casefold().split())
