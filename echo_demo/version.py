"""The version of the echo server, once."""

__version__ = "0.1.0"
