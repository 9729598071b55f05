//! An Application Load Balancer in memory, as strict as the real API.
