"""Exercises of chapter 14: training at scale."""
