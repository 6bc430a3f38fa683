"""The same as the console command `animator`: `python run.py render presets/quickstart.yaml`."""

from animator.cli.entry import main

if __name__ == "__main__":
    main()
