"""The version of the SDK, as sent in User-Agent."""

__version__ = "0.1.0"
