"""The services that take the credentials, as far as they accept or refuse them."""
