"""The image browser's core: an index of every image and film in a renders folder.

`Gallery` finds, ranks, deletes and restores them; `GalleryIndexer` keeps its index up to date.
"""
