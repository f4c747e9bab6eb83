"""Celery's broker: its application, queues, and the folder transport for one machine."""
