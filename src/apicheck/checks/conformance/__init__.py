"""Whether answers are as the OpenAPI document says."""
