"""The Celery application, its queues, and the folder transport for one machine."""
