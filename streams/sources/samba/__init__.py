"""Samba's vfs_full_audit."""
