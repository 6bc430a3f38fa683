"""Specs of the depth networks, one module per family: files, preprocessing, architecture, key names.

Importing them loads no torch. Sizes and normalization are those of the official programs.
"""
