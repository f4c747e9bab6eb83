"""The checks of a receipt: each compares a prediction with torch's measurement."""
