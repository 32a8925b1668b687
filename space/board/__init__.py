"""What stands between the page and the leaderboard: tables that are ready for readers, and scoring away from them."""
