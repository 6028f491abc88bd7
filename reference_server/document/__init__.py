"""What the server reads of the policy and the OpenAPI document."""
