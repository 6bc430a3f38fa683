"""The same as the console command `animator`: `python run.py render presets/quickstart.yaml`."""

from animator.cli.app import main

if __name__ == "__main__":
    main()
