"""What the API answers, endpoint by endpoint: the shapes of the HTTP contract, for the OpenAPI document.

They describe and are checked by tests against real answers; at run time nothing is validated twice. Instants are RFC
3339 with the offset of China; ids are UUIDv7 but for dispute numbers and codes. More fields may come, none goes.
"""
