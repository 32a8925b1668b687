"""A really started app, people who read its page, and people who submit to it at the same time."""
