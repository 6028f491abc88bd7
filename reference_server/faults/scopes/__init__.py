"""Rights and tenants that are not checked, or refused in another way than promised."""
