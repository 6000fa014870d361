"""What the launcher says when it cannot go on."""


class StackError(Exception):
    """The stack cannot do what was asked; the text says what is missing and what to do."""
