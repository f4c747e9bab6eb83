"""Jobs: work that outlasts its request, run by Celery workers; each row is stored once computed."""
