"""Pages of logging in, of one's own security, of invitations and of helping others in."""
