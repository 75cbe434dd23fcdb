"""The registry of the mesh: tracks live instances.

lease_table   values that expire unless renewed; the seam for another engine; no gRPC
changelog     the newest changes, by revision
roster        agents and their instances
view          the agents and instances that one account sees
leases        grants, renews and ends leases
probe         checks that an instance serves at its address
watch         sends snapshots and changes to all watchers
search        finds agents whose skills match an utterance
checks        validates the fields of requests
mesh_info     limits and trace endpoint for all instances and clients
service       RegistryService: the RPCs
registry      all of it, wired
command       the command line of `python -m botmesh_registry`
"""

from botmesh_registry.registry import Registry
from botmesh_registry.service import SERVICE_NAME

__all__ = ["SERVICE_NAME", "Registry"]
