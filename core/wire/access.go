package wire

import "reconbanker/core"

// AccessKey is an API key as it is listed; its secret shows once, at creation.
type AccessKey struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	Prefix     string   `json:"prefix"`
	Scopes     []string `json:"scopes"`
	AccountIDs []string `json:"account_ids"` // null: every account
	CreatedAt  string   `json:"created_at"`
	LastUsedAt *string  `json:"last_used_at"`
	RevokedAt  *string  `json:"revoked_at"`
}

// NewAccessKey is an API key with its secret.
type NewAccessKey struct {
	AccessKey
	Key string `json:"key"`
}

// FromAccessKey returns the wire's shape of an API key.
func FromAccessKey(k core.AccessKey) AccessKey {
	return AccessKey{
		ID: k.ID, Name: k.Name, Prefix: k.Prefix, Scopes: k.Scopes, AccountIDs: k.AccountIDs,
		CreatedAt: *Time(k.CreatedAt), LastUsedAt: Time(k.LastUsedAt), RevokedAt: Time(k.RevokedAt),
	}
}
