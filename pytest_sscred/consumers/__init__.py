"""The services that take the credentials, reduced to accepting or refusing them."""
