"""A plugin that cannot be imported: what it needs is not there."""

import no_such_library_of_the_sample  # noqa: F401
