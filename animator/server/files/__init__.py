"""Files as answers: opened within a run folder, sent whole or in parts."""
