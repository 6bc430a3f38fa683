"""The callables that fill a pipeline's slots: one small file each."""
