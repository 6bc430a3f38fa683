"""Video files: reading and writing them through ffmpeg."""
