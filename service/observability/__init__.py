"""What operators see of the service: its state, its figures, its log."""
