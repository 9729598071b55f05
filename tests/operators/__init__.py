"""What the operators' command makes of a listener, without any AWS."""
