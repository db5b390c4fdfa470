"""Forks: notebooks run in processes forked from one that has imported what they need.

`client` asks for such a process and speaks to it as nbclient speaks to a kernel; `server` is
the process that is forked; `kernel` is what runs in a fork: ipykernel's own kernel, with a
socket pair instead of ZeroMQ (`wire`).
"""
