"""What was made once is kept: in this process first, then on this machine or in Redis."""
