"""What is heard in a sound: levels, pitch, onsets, beats; markers and columns of other programs."""
