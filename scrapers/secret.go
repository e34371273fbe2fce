package scrapers

// Secret is a handle on something secret: the password, a stored seed, a code.
// It names the secret and never holds it; only a Page can type what it stands
// for, through the Reveal function its owner opened it with. The zero Secret
// stands for nothing.
type Secret struct{ name string }

// NewSecret returns a handle with the given name.
func NewSecret(name string) Secret { return Secret{name: name} }

// Name returns what the secret is called, never its value.
func (s Secret) Name() string { return s.name }

// String implements fmt.Stringer, so that a handle is harmless in any message.
func (s Secret) String() string { return "[secret " + s.name + "]" }

// Reveal gives a page the value behind a handle just before it is typed. The
// caller clears the bytes when it has typed them.
type Reveal func(Secret) ([]byte, error)
