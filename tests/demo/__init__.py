"""The main job on an emulated AWS, for people to watch."""
