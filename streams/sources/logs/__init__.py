"""Lines of system logs: their headers, the shippers that carry them, and the year and zone that they do not tell."""
