"""`python -m core` is `bangfu`."""

from core.cli import main

if __name__ == "__main__":
    main()
