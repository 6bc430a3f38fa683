"""The depth networks, one module per family: files, treatment of images, how they are built and filled.

Importing them loads no torch. Sizes and normalization are those of the official programs.
"""
