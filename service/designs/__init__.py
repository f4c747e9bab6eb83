"""Designs as the service makes, caches and formats them."""
