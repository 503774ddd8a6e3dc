"""Personal data at rest: sealed values, keyed hashes for search, masks, and who looked at what.

A sensitive field `x` of a record is three columns: `x_sealed` (AES-GCM), `x_key` (keyed hash, searchable) and
`x_mask` (what is shown). The keys are files outside the database; `install` makes them known to every session.
"""

from core.privacy.vault import KINDS, Vault, install, vault_of

__all__ = ["KINDS", "Vault", "install", "vault_of"]
