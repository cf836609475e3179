"""The one source of the version: package, command line and API read it here."""

__version__ = "0.1.0"
