"""The same as the console command `animator`: `python -m animator render quickstart`."""

from animator.cli.app import main

if __name__ == "__main__":
    main()
