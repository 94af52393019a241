"""Fast implementations for CPU and GPU."""
