"""Who may do what, and how often: sign-in, tokens, rate limits."""
