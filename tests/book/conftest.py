"""Puts the book's own tools within reach of its tests."""

import bookfiles  # noqa: F401 (it extends the search path)
