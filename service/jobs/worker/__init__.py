"""Worker processes: Celery's program, its children, recovery of lost rows."""
