package browser

import (
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// features are parts of Chromium that phone home, guess ahead or keep what
// should be gone.
var features = []string{
	"AutofillServerCommunication", "BackForwardCache", "CertificateTransparencyComponentUpdater",
	"DialMediaRouteProvider", "GlobalMediaControls", "InterestFeedContentSuggestions",
	"MediaRouter", "OptimizationHints", "Prerender2", "SpeculationRulesPrefetchProxy",
	"SegmentationPlatform", "Translate",
}

// flags are the command line of the browser. The default network context, which
// only the browser itself would use, has a proxy that does not exist.
func flags(cfg Config, dir string, visible bool, id identity) []string {
	f := []string{
		"--remote-debugging-pipe",
		"--user-data-dir=" + dir,
		"--no-startup-window",
		"--no-first-run",
		"--no-default-browser-check",
		"--disable-background-networking",
		"--disable-background-timer-throttling",
		"--disable-backgrounding-occluded-windows",
		"--disable-breakpad",
		"--disable-client-side-phishing-detection",
		"--disable-component-extensions-with-background-pages",
		"--disable-component-update",
		"--disable-crash-reporter",
		"--disable-default-apps",
		"--disable-domain-reliability",
		"--disable-extensions",
		"--disable-features=" + strings.Join(features, ","),
		"--disable-prompt-on-repost",
		"--disable-quic",
		"--disable-renderer-backgrounding",
		"--disable-search-engine-choice-screen",
		"--disable-sync",
		"--dns-prefetch-disable",
		"--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
		"--metrics-recording-only",
		"--no-pings",
		"--no-service-autorun",
		"--password-store=basic",
		"--use-mock-keychain",
	}
	if !cfg.SystemProxy {
		f = append(f, "--proxy-server="+nowhere, "--proxy-bypass-list=<-loopback>")
	}
	if smallShm() {
		f = append(f, "--disable-dev-shm-usage")
	}
	if id.noSandbox {
		f = append(f, "--no-sandbox")
	}
	if visible {
		return append(f, "--window-size=1280,900")
	}
	return append(f, "--headless", "--hide-scrollbars", "--mute-audio", "--enable-automation")
}

// passed are the variables of ours the browser needs; nothing else of our
// environment reaches it.
var passed = []string{
	"HOME", "PATH", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "LANG", "LANGUAGE", "TZ",
	"DBUS_SESSION_BUS_ADDRESS", "USER", "LOGNAME",
	// Windows does not start a program properly without these.
	"SystemRoot", "SystemDrive", "windir", "ComSpec", "TEMP", "TMP", "USERPROFILE", "APPDATA",
	"LOCALAPPDATA", "ProgramData", "ProgramFiles", "ProgramFiles(x86)", "ProgramW6432",
	"NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE",
}

// proxyVariables matter when the system's proxies are used.
var proxyVariables = []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"}

// environment picks what the browser may see of ours. Temporary files go into
// the profile, which is removed, unless its path is too long for the socket
// Chromium makes there.
func environment(ours []string, dir string, id identity, proxies bool) []string {
	var env []string
	for _, kv := range ours {
		name, _, _ := strings.Cut(kv, "=")
		if id.drop && (name == "HOME" || strings.HasPrefix(name, "XDG_") || name == "DBUS_SESSION_BUS_ADDRESS") {
			continue
		}
		known := slices.ContainsFunc(passed, func(p string) bool {
			return p == name || runtime.GOOS == "windows" && strings.EqualFold(p, name)
		})
		if proxies && slices.Contains(proxyVariables, strings.ToUpper(name)) {
			known = true
		}
		if known || strings.HasPrefix(name, "XDG_") || strings.HasPrefix(name, "LC_") {
			env = append(env, kv)
		}
	}
	if id.drop {
		env = append(env, "HOME="+dir)
	}
	// A crash dump has what was in the page's memory. Chromium ignores the flags
	// that should prevent one, so it is written into the profile, and goes with it.
	env = append(env, "BREAKPAD_DUMP_LOCATION="+dir)
	const longest = 60
	if runtime.GOOS != "windows" && len(dir) <= longest {
		env = append(env, "TMPDIR="+filepath.Clean(dir))
	}
	return env
}
