"""What the OpenAPI document says of the API as a whole; these checks send nothing."""
