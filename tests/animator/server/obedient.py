"""`animator` as a command whose diffuser does what prompts say, and needs no weights."""

from animator.cli.app import main
from tests.animator.jobs.films import open_obedient

if __name__ == "__main__":
    main(open_obedient)
