"""What happened, for whoever looks later: logs of the studio, and one log per production."""
