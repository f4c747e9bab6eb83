"""Strict readers of JSON values, validators of single fields, and refusals as JSON."""
