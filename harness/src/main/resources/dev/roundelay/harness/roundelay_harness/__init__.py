"""Runs a user's training functions for a Roundelay worker. Standard library only; torch and numpy are the user's."""
