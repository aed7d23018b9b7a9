"""Applying what a publisher sends."""
