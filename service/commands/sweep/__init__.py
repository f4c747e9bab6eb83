"""``gan-designer sweep``: submits a sweep and follows its job from the command line."""
