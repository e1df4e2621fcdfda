"""The server's edge: routes, bodies, and who may enter. Nothing below it speaks HTTP."""
