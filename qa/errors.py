"""What can go wrong, in one small tree. Every message says what, with the value, and ends with what to do next."""


class QAError(Exception):
    """The base of every error that qa raises on purpose."""


class ConfigError(QAError):
    """A setting is unknown or its value cannot be used."""


class UnsupportedFormat(QAError):
    """No reader for this kind of file."""


class ReadFailed(QAError):
    """A file exists, but no text could be taken from it."""


class IndexMissing(QAError):
    """There is no index at the configured place."""


class IndexMismatch(QAError):
    """The index was built with another embedder, splitter or schema than the configuration names."""


class IndexBusy(QAError):
    """Another process is writing to the index."""


class ModelError(QAError):
    """A model is missing, unreachable, refused the request, or broke off."""


class MissingExtra(QAError):
    """A feature needs an optional package that is not installed."""
