"""Operations whose effect is not what their response says."""
