"""Camera paths in the files of other programs; each module writes a `CameraTrack`, and most read it back."""
