"""Exercises of chapter 4: sequence shapes."""
