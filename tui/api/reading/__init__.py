"""How the bytes of a connection are read: never for long in one go, whatever a service sends."""
