"""Exercises of chapter 11: deep recurrent networks."""
