package lang

import "golang.org/x/sys/windows"

// osLocale asks Windows for the person's preferred language.
func osLocale() string {
	languages, err := windows.GetUserPreferredUILanguages(windows.MUI_LANGUAGE_NAME)
	if err != nil || len(languages) == 0 {
		return ""
	}
	return languages[0]
}
