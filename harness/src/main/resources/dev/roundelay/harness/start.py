"""Starts the harness: `python start.py`, protocol on standard input and output."""

if __name__ == "__main__":
    from roundelay_harness.main import main

    main()
