"""HTTP without the application's subject: reading requests, answer forms, headers, gunicorn."""
