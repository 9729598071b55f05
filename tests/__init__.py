"""End-to-end tests, the demo, and what both need to run the real template on an emulated AWS."""
