"""The static site: one module a page, no network, no build step, readable from the file system."""
