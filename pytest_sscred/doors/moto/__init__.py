"""moto beside an account. moto's private parts are touched in this folder alone."""
