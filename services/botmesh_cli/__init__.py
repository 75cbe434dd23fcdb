"""The command `botmesh`: main.py has the group of commands, and each command or group of subcommands has a module."""
