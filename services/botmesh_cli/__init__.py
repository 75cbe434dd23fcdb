"""The `botmesh` command: main.py holds the group, each command has a file."""
