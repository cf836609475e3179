"""Health, pace and load of backends, as all workers of a studio know them together."""
