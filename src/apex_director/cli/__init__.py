"""The command line: one file per command group. People read stderr, programs read stdout."""
