from reference_server.document.schemas import Schemas


def test_a_component_is_compiled_once_however_often_it_is_named() -> None:
    schemas = Schemas({"components": {"schemas": {"Problem": {"type": "object"}}}})
    first = schemas.validator(schemas.named("Problem"))
    assert schemas.validator(schemas.named("Problem")) is first
