"""Views, one module per resource: each loads a request, calls a function and returns its result."""
