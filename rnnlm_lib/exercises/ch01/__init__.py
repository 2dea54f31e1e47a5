"""Exercises of chapter 1: what a language model is."""
