"""Errors as problem documents (RFC 9457): the registry of codes, and the error handlers."""
