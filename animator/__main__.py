"""The same as the console command `animator`: `python -m animator render quickstart`."""

from animator.cli.entry import main

if __name__ == "__main__":
    main()
