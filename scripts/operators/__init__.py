"""The operators' own command: what stands behind `scripts/maintenance`."""
