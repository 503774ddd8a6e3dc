"""Signing in with a province's own identity provider (统一身份认证), by OpenID Connect."""
