"""What holds a file's records, whatever product wrote it: tables, JSON, event XML and lines, one raw record at a time."""
