"""The deployed template on an emulated AWS: what only the real path can show."""
