"""Exchange Server."""
