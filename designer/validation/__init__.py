"""Strict readers of JSON values, validators of single fields, and errors as JSON."""
