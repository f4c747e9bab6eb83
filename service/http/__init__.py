"""Generic HTTP: request parsing, representations, headers, response cache, gunicorn worker."""
