"""The tests. Whatever they import is imported after this."""

from tests.support import bytecode

bytecode.keep()
