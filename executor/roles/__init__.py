"""Roles: who there is, who is a member of whom, what each may do with the others, and how a session takes one on.

`model` is a frozen value with everything; `store` keeps it in a SQLite file; `identity` is who a session is; `rules` says
who may do what with roles; `changes` makes new values of the model. The commands are in executor.commands.roles.
"""
