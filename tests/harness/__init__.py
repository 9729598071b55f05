"""Runs the real template on an emulated AWS: everything here stands in for an AWS account, nothing for the project."""
