"""Pictures to films and back, through ffmpeg."""
