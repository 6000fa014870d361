"""Our own formats: a JSON object a line with the public field names."""
