"""`python -m botmesh_cli` runs the command `botmesh`."""

from botmesh_cli.entry import main

main()
