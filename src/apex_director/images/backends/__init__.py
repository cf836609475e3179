"""Ways to make a picture; each module is one backend, and bootstrap alone knows which exist."""
