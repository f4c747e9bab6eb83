"""The sandbox: restrictions on a process that runs generated or foreign source."""
