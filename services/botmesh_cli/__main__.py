"""`python -m botmesh_cli`: the same as `botmesh`."""

from botmesh_cli.entry import main

main()
