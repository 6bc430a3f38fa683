"""Images to films and back, through ffmpeg."""
