"""Every door to a library: HTTP, web pages, command line."""
