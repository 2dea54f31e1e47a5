"""Exercises of chapter 3: recurrent networks."""
