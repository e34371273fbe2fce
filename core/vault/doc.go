// Package vault seals the secrets of an installation (bank passwords, tokens,
// signing secrets) so that its data folder alone gives none of them away.
//
// One random 32-byte key encrypts everything. It lives in the operating system's
// keychain, or wrapped by a passphrase next to the data, or both. A record of the
// key (its id, a check value and the wrapped form) is kept by a KeyStore, so that
// a missing or foreign key is told apart from a damaged secret.
//
// One rule stands above the others: once a record or a sealed secret exists, no
// new key is ever made. A key that cannot be reached leaves the vault locked with
// a sentence saying what to do, and it can be unlocked later.
//
// Go cannot promise to erase memory. Keys and passphrases are byte slices that
// are cleared after use; what the keychain library and the derivation copy is
// beyond reach.
package vault
