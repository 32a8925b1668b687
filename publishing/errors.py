"""What cannot be published."""


class PublishError(ValueError):
    """Nothing, or not everything, was published; the message says what stood in the way and what was expected."""
