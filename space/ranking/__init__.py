"""The table of the leaderboard tab: its columns, what the reader chose, and its cells."""
