"""``python -m streams`` is ``custodiet``, where no console script is installed."""

from streams.cli.main import main

if __name__ == "__main__":
    main()
