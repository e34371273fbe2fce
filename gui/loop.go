package gui

import (
	"time"

	"fyne.io/fyne/v2"
)

// loopPatience is how long Fyne's loop may take to end.
const loopPatience = 5 * time.Second

// loop runs Fyne's loop, on the main goroutine. When it has not returned a moment
// after ended, instead is called, on a goroutine of its own.
//
// A loop that ends may wait for ever: an event of a window (that it lost the focus,
// say) which comes between the last look at the queue and the word that nobody looks
// any more is waited for by Fyne itself, v2.8.1 (glfw's runGL and WaitForEvents). Who
// quits must not leave a program behind that holds the data and that nobody sees.
func loop(fa fyne.App, ended <-chan struct{}, patience time.Duration, instead func()) {
	returned := make(chan struct{})
	defer close(returned)
	go func() {
		select {
		case <-ended:
		case <-returned:
			return
		}
		select {
		case <-returned:
		case <-time.After(patience):
			instead()
		}
	}()
	fa.Run()
}
