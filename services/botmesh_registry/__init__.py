"""Who is there: the registry of the mesh.

lease_table   keys that end unless renewed; the seam for another engine; no gRPC
changelog     what changed, by revision
roster        agents and their instances
view          what one account sees of the roster
leases        grant, renew, end
probe         is an instance where it says it is?
watch         snapshots and changes, to everybody who watches
search        which agent fits an utterance
checks        what a registration may say
mesh_info     what the mesh tells everybody
service       the RPCs
registry      all of it, wired
"""

from botmesh_registry.registry import Registry
from botmesh_registry.service import SERVICE_NAME

__all__ = ["SERVICE_NAME", "Registry"]
