"""Flask service for ``designer``, without any arithmetic of its own."""
