"""What a field holds, as exports write it: instants, addresses, attachments, numbers."""
