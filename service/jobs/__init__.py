"""Jobs: what outlasts a request, carried by Celery; each row is kept as it is finished."""
