"""Who may do what with objects: owners, access control lists, predefined roles.

`acl` is about the lists as values; `objects` says what has an owner and a list; `rules` answers whether a role may; `plans` says
what a bound plan needs, which is checked in one place before it runs; `ddl` what statements need that are no queries.
"""
