"""Microsoft 365: the unified audit log and Exchange Online's message trace."""
