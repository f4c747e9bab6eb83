"""Worker processes: the Celery program, its child processes, recovery of lost rows."""
