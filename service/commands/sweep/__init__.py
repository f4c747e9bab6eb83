"""``gan-designer sweep``: a sweep handed in and followed from the command line."""
