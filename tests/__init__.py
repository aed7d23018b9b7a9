"""Tests mirror the product's folders; beside them are the fixtures that start servers (see CONTRIBUTING.md)."""
