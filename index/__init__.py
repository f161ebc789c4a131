"""From files to a library on disk."""
