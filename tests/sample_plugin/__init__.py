"""示例走访: a complete plugin that proves every hook; no programme, no law behind it."""

from tests.sample_plugin import hooks as plugin

__all__ = ["plugin"]
