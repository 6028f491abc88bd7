"""Operations that are going away, announced wrongly."""
