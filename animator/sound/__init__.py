"""What is heard in a sound: levels, pitch, onsets and beats by frame; markers and columns of other programs."""
