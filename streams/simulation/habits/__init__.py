"""What offenders do, by name, and those who only look like them: one kind of behaviour a file, ``table`` lists them all."""
