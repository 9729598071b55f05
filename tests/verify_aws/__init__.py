"""Asks a real AWS account what its documents leave open, on the load balancer of examples/trial.yaml and no other."""
