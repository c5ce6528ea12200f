"""What all views of the REST API share: strict bodies in, problem details out (docs/api.md).

``urls`` names the rooms' addresses below ``/api/v1/``.
"""
