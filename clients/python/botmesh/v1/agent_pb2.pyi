from botmesh.v1 import agent_card_pb2 as _agent_card_pb2
from botmesh.v1 import instance_pb2 as _instance_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Agent(_message.Message):
    __slots__ = ("card", "instances")
    CARD_FIELD_NUMBER: _ClassVar[int]
    INSTANCES_FIELD_NUMBER: _ClassVar[int]
    card: _agent_card_pb2.AgentCard
    instances: _containers.RepeatedCompositeFieldContainer[_instance_pb2.Instance]
    def __init__(self, card: _Optional[_Union[_agent_card_pb2.AgentCard, _Mapping]] = ..., instances: _Optional[_Iterable[_Union[_instance_pb2.Instance, _Mapping]]] = ...) -> None: ...
