"""Garbage, and what is nearly right: nothing that a client sends may end the server, hang it, or be an error of ours.

    python -m tests.fuzz --inputs 1000000 [--seed 1] [--only session]

An input is made from the seed, the target's name and its number, so a failure is repeated with `--seed S --only T --at N`.
"""
