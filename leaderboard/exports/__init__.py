"""The table in other formats. Results in the Hub's own format: leaderboard.exports.hub_results."""

from leaderboard.exports.parquet import table_to_parquet
from leaderboard.exports.tables import table_to_csv, table_to_markdown

__all__ = ["table_to_csv", "table_to_markdown", "table_to_parquet"]
