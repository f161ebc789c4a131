"""Semantic Scholar's HTTP API over a library, so that its clients work on it as they are."""
