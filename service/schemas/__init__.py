"""Schemas of requests and responses for the OpenAPI document; the library parses the requests."""
