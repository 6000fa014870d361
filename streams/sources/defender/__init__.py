"""Microsoft Defender advanced hunting."""
