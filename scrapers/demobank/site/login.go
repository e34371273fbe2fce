package site

import (
	"net/http"
	"strings"
	"time"
)

const cookieName = "demobank"

// session is one browser at the bank: waiting for a code, or in.
type session struct {
	user   *user
	in     bool
	used   time.Time
	tries  int // refused codes
	lists  int // lists of movements asked for
	resent int

	codes    int       // accepted codes
	approval approval  // of a login that is finished elsewhere
	began    time.Time // of the wait for it
}

// session returns the live session of a request and marks it used, or nil. The
// lock is held.
func (b *Bank) session(r *http.Request) *session {
	c, err := r.Cookie(cookieName)
	if err != nil {
		return nil
	}
	s := b.sessions[c.Value]
	if s == nil || b.idle(s) {
		delete(b.sessions, c.Value)
		return nil
	}
	s.used = b.now()
	return s
}

// customer returns who is signed in, or nil.
func (b *Bank) customer(r *http.Request) *user {
	b.mu.Lock()
	defer b.mu.Unlock()
	if s := b.session(r); s != nil && s.in {
		return s.user
	}
	return nil
}

func (b *Bank) end(r *http.Request) {
	if c, err := r.Cookie(cookieName); err == nil {
		delete(b.sessions, c.Value)
	}
}

func (b *Bank) loginPage(w http.ResponseWriter, r *http.Request) {
	if b.IsOn(ForeignHost) && r.URL.Query().Get("portal") == "" {
		scheme := "http://"
		if r.TLS != nil {
			scheme = "https://"
		}
		http.Redirect(w, r, scheme+otherHost(r.Host)+"/ingresar?portal=1", http.StatusFound)
		return
	}
	if b.customer(r) != nil {
		http.Redirect(w, r, "/inicio", http.StatusFound)
		return
	}
	v := view{Title: "Ingresar"}
	switch r.URL.Query().Get("motivo") {
	case "expirada":
		v.Words = "Su sesión ha expirado. Ingrese nuevamente."
	case "salida":
		v.Words = "Cerró su sesión correctamente."
	}
	b.showLogin(w, v)
}

func (b *Bank) showLogin(w http.ResponseWriter, v view) {
	v.UserID, v.SecretID = "usuario", "clave"
	if b.IsOn(RenamedIDs) {
		v.UserID, v.SecretID = "campo-a1", "campo-a2"
	}
	b.show(w, http.StatusOK, "login", v)
}

// verdict is what the bank makes of a user name and a password.
type verdict string

const (
	silence  verdict = "silence"
	refused  verdict = "refused"
	locked   verdict = "locked"
	change   verdict = "change"
	terms    verdict = "terms"
	needCode verdict = "code"
	conflict verdict = "conflict"
	captcha  verdict = "captcha"
	extra    verdict = "extra"
	welcome  verdict = "welcome"
)

func (b *Bank) login(w http.ResponseWriter, r *http.Request) {
	name, password := field(r, "usuario", "campo-a1"), field(r, "clave", "campo-a2")
	verdict, u := b.judge(name, password)
	switch verdict {
	case silence:
		w.WriteHeader(http.StatusNoContent) // the browser stays where it is
	case refused:
		b.showLogin(w, view{Title: "Ingresar", Message: "Usuario o contraseña incorrectos."})
	case locked:
		b.show(w, http.StatusOK, "locked", view{Title: "Usuario bloqueado"})
	case change:
		b.show(w, http.StatusOK, "password", view{Title: "Cambio de contraseña"})
	case terms:
		b.show(w, http.StatusOK, "terms", view{Title: "Términos y condiciones"})
	case conflict:
		b.show(w, http.StatusOK, "obstacle", view{Title: "Sesión activa", Words: "otra-sesion", Message: "Ya existe una sesión activa para este usuario."})
	case extra:
		b.show(w, http.StatusOK, "obstacle", view{Title: "Un dato más", Words: "dato-adicional", Message: "Indique también el número de empresa."})
	case captcha:
		b.show(w, http.StatusOK, "obstacle", view{Title: "Verificación de seguridad", Words: "captcha", Message: "Demuestre que no es un robot."})
	case needCode:
		b.begin(w, u, false)
		to := "/codigo"
		if u.factor == AppFactor || u.factor == WindowFactor {
			to = "/autorizar"
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
	case welcome:
		b.begin(w, u, true)
		http.Redirect(w, r, "/inicio", http.StatusSeeOther)
	}
}

// field reads a form value under any of the names it may have.
func field(r *http.Request, names ...string) string {
	for _, n := range names {
		if v := r.PostFormValue(n); v != "" {
			return v
		}
	}
	return ""
}

// judge counts a submitted password and decides what it leads to.
func (b *Bank) judge(name, password string) (verdict, *user) {
	b.mu.Lock()
	defer b.mu.Unlock()
	name = strings.TrimSpace(name)
	b.submits[name]++
	u := b.find(name)
	switch {
	case b.on(NothingAfterSubmit):
		return silence, nil
	case u == nil:
		return refused, nil
	case u.locked:
		return locked, nil
	case u.password != password:
		u.refused++
		if u.locked = u.refused >= maxRefused; u.locked {
			return locked, nil
		}
		return refused, nil
	}
	u.refused = 0
	switch {
	case b.on(ChangePassword):
		return change, nil
	case b.on(Terms):
		return terms, nil
	case b.on(OtherSession):
		return conflict, nil
	case b.on(Captcha):
		return captcha, nil
	case b.on(ExtraCredential):
		return extra, nil
	case u.factor != NoFactor || b.on(CodeAlways):
		return needCode, u
	}
	return welcome, u
}

// begin opens a session, signed in or waiting for a code.
func (b *Bank) begin(w http.ResponseWriter, u *user, in bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !in && (u.factor == CodeFactor || u.factor == NoFactor) {
		b.sendCode(u)
	}
	id := newSessionID()
	s := &session{user: u, in: in, used: b.now(), began: b.now()}
	if !in && (u.factor == AppFactor || u.factor == WindowFactor) {
		s.approval = asked
	}
	b.sessions[id] = s
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // loopback http has no secure cookies
		Name: cookieName, Value: id, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// codeView is what the code page shows; the zero value sends to the login.
type codeView struct {
	TOTP         bool
	Phone        string
	Try          int // 1 for the first
	Left         int
	Resent       int
	waiting, out bool
}

func (b *Bank) codeView(r *http.Request) codeView {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.session(r)
	if s == nil || s.in || s.approval != "" {
		return codeView{}
	}
	return codeView{
		TOTP: s.user.factor == TOTPFactor, Phone: s.user.phone, Try: s.tries + s.codes + 1, Left: maxCodes - s.tries,
		Resent: s.resent, waiting: true, out: s.tries >= maxCodes,
	}
}

func (b *Bank) codePage(w http.ResponseWriter, r *http.Request) {
	v := b.codeView(r)
	if !v.waiting {
		http.Redirect(w, r, "/ingresar", http.StatusFound)
		return
	}
	b.showCode(w, r, v, "")
}

func (b *Bank) showCode(w http.ResponseWriter, r *http.Request, v codeView, message string) {
	if v.out {
		b.mu.Lock()
		b.end(r)
		b.mu.Unlock()
		b.show(w, http.StatusOK, "code-over", view{Title: "Demasiados intentos"})
		return
	}
	b.show(w, http.StatusOK, "code", view{Title: "Código de seguridad", Message: message, Data: v})
}

func (b *Bank) code(w http.ResponseWriter, r *http.Request) {
	code := strings.TrimSpace(r.PostFormValue("codigo"))
	b.mu.Lock()
	s, again := b.session(r), false
	waiting := s != nil && !s.in && s.approval == ""
	if waiting {
		switch right := b.acceptCode(s.user, code); {
		case !right:
			s.tries++
		case b.on(CodeTwice) && s.codes == 0:
			s.codes++
			again = true
			b.sendCode(s.user)
		default:
			s.in = true
		}
	}
	accepted := s != nil && s.in
	b.mu.Unlock()
	switch {
	case again:
		http.Redirect(w, r, "/codigo", http.StatusSeeOther)
	case accepted:
		http.Redirect(w, r, "/inicio", http.StatusSeeOther)
	case !waiting:
		http.Redirect(w, r, "/ingresar?motivo=expirada", http.StatusSeeOther)
	default:
		b.showCode(w, r, b.codeView(r), "Código incorrecto.")
	}
}

func (b *Bank) resend(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	if s := b.session(r); s != nil && !s.in && s.user.factor != TOTPFactor {
		b.sendCode(s.user)
		s.resent++
	}
	b.mu.Unlock()
	http.Redirect(w, r, "/codigo", http.StatusSeeOther)
}

func (b *Bank) logout(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	b.end(r)
	b.mu.Unlock()
	http.Redirect(w, r, "/ingresar?motivo=salida", http.StatusSeeOther)
}

// signedIn lets only signed-in customers through; the others meet the login.
func (b *Bank) signedIn(next func(http.ResponseWriter, *http.Request, *user)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		u := b.customer(r)
		if u == nil {
			http.Redirect(w, r, "/ingresar?motivo=expirada", http.StatusFound)
			return
		}
		next(w, r, u)
	}
}
