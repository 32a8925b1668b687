"""Putting the leaderboard's page on the Hugging Face Hub: what is sent, what changes there, and sending it.

`plan_space` asks the Hub what it has and changes nothing; `carry_out` does what a plan says.
"""

from publishing.content import space_files
from publishing.errors import PublishError
from publishing.hub import Found
from publishing.space import Plan, carry_out, plan_space

__all__ = ["Found", "Plan", "PublishError", "carry_out", "plan_space", "space_files"]
