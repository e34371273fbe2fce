package site

import (
	"embed"
	"encoding/json"
	"html/template"
	"io/fs"
	"net/http"
	"time"
)

//go:embed web
var web embed.FS

// pages are the HTML pages by file name, each within the common frame.
var pages = func() map[string]*template.Template {
	funcs := template.FuncMap{"amount": amount, "symbol": symbol}
	frame := template.Must(template.New("frame.html").Funcs(funcs).ParseFS(web, "web/frame.html"))
	all := map[string]*template.Template{}
	for _, name := range []string{
		"login", "locked", "code", "code-over", "password", "terms", "approval", "obstacle", "home", "account", "notice", "phone", "control",
	} {
		all[name] = template.Must(template.Must(frame.Clone()).ParseFS(web, "web/"+name+".html"))
	}
	return all
}()

// view is what a page shows.
type view struct {
	Title    string
	Company  string // whose session it is; "" outside
	PopUp    bool
	Message  string
	Words    string // of a notice
	UserID   string // ids of the login form's fields
	SecretID string
	Data     any
}

func (b *Bank) routes() http.Handler {
	static, err := fs.Sub(web, "web/static")
	if err != nil {
		panic("site: " + err.Error()) // the files are embedded, so this is a broken build
	}
	bank := http.NewServeMux()
	bank.HandleFunc("GET /{$}", b.root)
	bank.HandleFunc("GET /ingresar", b.loginPage)
	bank.HandleFunc("POST /ingresar", b.login)
	bank.HandleFunc("GET /codigo", b.codePage)
	bank.HandleFunc("POST /codigo", b.code)
	bank.HandleFunc("POST /codigo/reenviar", b.resend)
	bank.HandleFunc("GET /autorizar", b.approvalPage)
	bank.HandleFunc("POST /autorizar", b.finish)
	bank.HandleFunc("GET /inicio", b.signedIn(b.home))
	bank.HandleFunc("GET /cuenta", b.signedIn(b.account))
	bank.HandleFunc("GET /api/movimientos", b.movements)
	bank.HandleFunc("POST /salir", b.logout)

	mux := http.NewServeMux()
	mux.Handle("/", b.disturbed(bank))
	files := http.StripPrefix("/static/", http.FileServerFS(static))
	mux.HandleFunc("GET /static/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=300") // style sheets are not fetched anew with every page
		files.ServeHTTP(w, r)
	})
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("GET /telefono", b.phonePage)
	mux.HandleFunc("GET /telefono/codigos", b.phoneCodes)
	mux.Handle("POST /telefono/autorizar", http.NewCrossOriginProtection().Handler(http.HandlerFunc(b.phoneApproval)))
	// Another site's page must not be able to post here behind a person's back.
	mux.Handle("/control/", http.NewCrossOriginProtection().Handler(b.control()))
	return mux
}

// ServeHTTP implements http.Handler.
func (b *Bank) ServeHTTP(w http.ResponseWriter, r *http.Request) { b.mux.ServeHTTP(w, r) }

// disturbed applies the switches that concern every page of the bank.
func (b *Bank) disturbed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if b.IsOn(Slow) {
			select {
			case <-time.After(b.cfg.SlowBy):
			case <-r.Context().Done():
				return
			}
		}
		switch {
		case b.IsOn(Forbidden):
			b.show(w, http.StatusForbidden, "notice", view{Title: "Acceso denegado", Message: "Acceso denegado", Words: "No es posible ingresar desde su red."})
		case b.IsOn(TooMany):
			b.show(w, http.StatusTooManyRequests, "notice", view{Title: "Espere", Message: "Demasiadas consultas", Words: "Intente nuevamente en unos minutos."})
		case b.IsOn(ServerError):
			b.show(w, http.StatusInternalServerError, "notice", view{
				Title: "Error", Message: "Servicio no disponible", Words: "Ocurrió un error inesperado. Intente nuevamente en unos minutos.",
			})
		case b.IsOn(Maintenance):
			b.show(w, http.StatusOK, "notice", view{
				Title: "Mantenimiento", Message: "Estamos en mantenimiento",
				Words: "Estamos mejorando nuestros servicios. La banca por internet volverá a estar disponible en breve.",
			})
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func (b *Bank) show(w http.ResponseWriter, status int, page string, v view) {
	if page != "control" && page != "phone" && page != "notice" {
		v.PopUp = b.IsOn(PopUp)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'")
	w.WriteHeader(status)
	_ = pages[page].ExecuteTemplate(w, "frame.html", v) // the reader may have gone; nobody is left to tell
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value) // as in show
}

func (b *Bank) root(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, "/ingresar", http.StatusFound)
}
