"""Limits on a process that runs generated or foreign source: privileges, files, resources."""
