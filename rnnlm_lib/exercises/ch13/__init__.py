"""Exercises of chapter 13: the leaderboard."""
