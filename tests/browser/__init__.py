"""The built-in page and the answers to browser apps, in a real browser and through the real path."""
