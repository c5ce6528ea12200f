"""What operators and their systems see of an installation: readiness, metrics, logs."""
