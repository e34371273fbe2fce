// Package coretest helps to test core and whatever stands on it: a Store, a
// Vault, a Sender, a browser and a bank that live in memory, a World that wires
// them to a Core, and StoreContract, the rules that every core.Store keeps.
package coretest
