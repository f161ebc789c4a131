"""Papers written in the formats of other programs, one module a format.

Each has one function that takes papers and yields the text of one entry after the other, so that
a whole library can be written without holding it.
"""
