"""The Windows security log."""
