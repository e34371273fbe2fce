package scrapers

import (
	"context"
	"time"
)

// Page is a browser tab as a driver sees it. Every method ends by ctx or by the
// step limit of the page, whichever is first, with an *Error: StepTimeout,
// LayoutChanged, Network, BankUnavailable, TLSProblem, OriginNotAllowed,
// BrowserCrashed. Selectors are CSS. Nothing here can run a driver's free script
// against the bank except Read, which is for reading what the page shows.
type Page interface {
	// Goto opens an address and waits for its document. An HTTP status of 500 or
	// more is BankUnavailable, 429 RateLimited, 403 AccessDenied.
	Goto(ctx context.Context, url string) error
	// WaitAny waits until one of the sightings is true and returns its name. They
	// are evaluated together in the given order, so the first one listed wins.
	WaitAny(ctx context.Context, sightings ...Sighting) (string, error)
	// Seen tells at once whether a selector matches something visible.
	Seen(ctx context.Context, selector string) (bool, error)
	// Text returns the visible text of the first match, white space squeezed; ""
	// when nothing matches.
	Text(ctx context.Context, selector string) (string, error)
	// Fill replaces what a field holds with text that is not secret.
	Fill(ctx context.Context, selector, text string) error
	// FillSecret types what a handle stands for. It refuses, before anything is
	// revealed, unless the document is this bank's, over an allowed scheme, and
	// the field is visible and editable.
	FillSecret(ctx context.Context, selector string, s Secret) error
	// Select chooses the option with this value in a list.
	Select(ctx context.Context, selector, value string) error
	// Click clicks with real mouse events. It refuses while a typed password waits
	// to be sent: that click is Submit's.
	Click(ctx context.Context, selector string) error
	// Submit makes the click that sends a password to the bank. The owner of the
	// page is asked first, and records the attempt before the click; when it
	// refuses, its error is returned and nothing is sent.
	Submit(ctx context.Context, selector string) error
	// Read evaluates a constant expression in the page and decodes its JSON value
	// into out. For reading tables; it must not change the page.
	Read(ctx context.Context, expression string, out any) error
	// URL returns the address of the top document without query or fragment.
	URL(ctx context.Context) (string, error)
	// Dialogs returns the texts of JavaScript dialogs the page has shown, oldest
	// first. They are dismissed by themselves.
	Dialogs() []string
}

// Sighting is one thing WaitAny can see: exactly one of Selector, Gone, Text or
// Path is set.
type Sighting struct {
	Name     string
	Selector string // something visible matches
	Gone     string // nothing visible matches
	Text     string // a regular expression (JavaScript, case ignored) found in the visible text of Within or the page
	Within   string // for Text: the selector to look in
	Path     string // a prefix of the path of the top document's address
}

// Seen, Gone, Saying and At build the sightings WaitAny takes.
func Seen(name, selector string) Sighting { return Sighting{Name: name, Selector: selector} }

// Gone is a sighting that is true when nothing visible matches.
func Gone(name, selector string) Sighting { return Sighting{Name: name, Gone: selector} }

// Saying is a sighting that is true when the visible text within a selector (the
// whole page when it is "") matches a regular expression.
func Saying(name, within, text string) Sighting {
	return Sighting{Name: name, Within: within, Text: text}
}

// At is a sighting that is true when the top document's path begins so.
func At(name, path string) Sighting { return Sighting{Name: name, Path: path} }

// Tab is a page together with what its owner, not a driver, may do with it.
type Tab interface {
	Page
	// Evidence captures what the page shows now, with every field that can hold a
	// credential or a code masked before the picture is taken.
	Evidence(ctx context.Context) (Evidence, error)
	// State exports cookies and storage so that a session can be put back; the
	// bytes are secret.
	State(ctx context.Context) ([]byte, error)
	// Done is closed when the tab or its browser has gone.
	Done() <-chan struct{}
	// Close ends the tab and its isolated context. It may be called twice.
	Close() error
}

// Evidence is what a failed run keeps for a person.
type Evidence struct {
	At         time.Time
	URL        string // without query or fragment
	Title      string
	Text       string // visible text, at most 16 KiB
	Screenshot []byte // PNG; nil when it could not be taken
	Steps      []string
}

// TabOptions say how a tab is opened.
type TabOptions struct {
	Hosts    []string      // hosts it may reach, see Info.Hosts
	Locale   string        // BCP 47
	TimeZone string        // IANA
	Step     time.Duration // limit of one page step; 0 means 30 s
	Visible  bool          // a window a person can see and use
	State    []byte        // what Tab.State exported, or nil
	// Reveal gives the value behind a handle; required to type secrets.
	Reveal Reveal
	// BeforeSubmit is called before the click that sends a password.
	BeforeSubmit func(ctx context.Context) error
}

// Opener opens tabs; the browser is behind it.
type Opener interface {
	// Open returns a fresh, isolated tab. It fails with BrowserMissing when no
	// browser can be found, and says where it looked.
	Open(ctx context.Context, o TabOptions) (Tab, error)
}
