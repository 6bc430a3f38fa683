"""The command line. Thin: heavy imports happen inside the commands, so that --help answers at once."""
