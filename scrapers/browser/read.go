package browser

import (
	"context"

	"github.com/chromedp/cdproto/runtime"
)

// Seen implements scrapers.Page.
func (t *Tab) Seen(ctx context.Context, selector string) (bool, error) {
	var seen bool
	err := t.do(ctx, "look for "+selector, func(ctx context.Context) error {
		return t.run(ctx, &seen, "seen", selector)
	})
	return seen, err
}

// Text implements scrapers.Page.
func (t *Tab) Text(ctx context.Context, selector string) (string, error) {
	var text string
	err := t.do(ctx, "read "+selector, func(ctx context.Context) error {
		return t.run(ctx, &text, "text", selector)
	})
	return text, err
}

// Read implements scrapers.Page. The expression runs in a world of its own: it
// sees the document, not the variables of the page's scripts.
func (t *Tab) Read(ctx context.Context, expression string, out any) error {
	return t.do(ctx, "read the page", func(ctx context.Context) error {
		return t.inPage(ctx, func(s *session, world runtime.ExecutionContextID) error {
			res, err := call(ctx, s, runtime.Evaluate, runtime.EvaluateParams{
				Expression:    "(" + expression + "\n)",
				ContextID:     world,
				ReturnByValue: new(true),
				AwaitPromise:  new(true),
				Silent:        new(true),
			})
			if err != nil {
				return err
			}
			return decode(res.Result, res.ExceptionDetails, out)
		})
	})
}

// URL implements scrapers.Page.
func (t *Tab) URL(ctx context.Context) (string, error) {
	var href string
	err := t.do(ctx, "read the address", func(ctx context.Context) error {
		return t.run(ctx, &href, "href")
	})
	return plain(href), err
}
