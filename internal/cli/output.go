package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/term"
)

const (
	mostKept   = 8 << 20          // how much text waits for the file to take it, in bytes; as much again of what matters more
	giveUp     = time.Second      // for how long the file may take nothing at the end
	longestEnd = 10 * time.Second // for how long all of the end may take
)

var errStuck = errors.New("nobody takes what is said")

// output hands what is said to standard error, in its order and each piece in one write. A goroutine of its own does
// that, so that nobody who says something ever waits for a terminal that is stopped or a pipe that nobody reads: what
// such a one does not take is kept, and left out when it becomes too much. An output is safe for concurrent use; it
// must be closed.
type output struct {
	to    io.Writer
	woken chan struct{} // has room for one: there is something to write

	mu      sync.Mutex
	queue   []string
	size    int                    // of what is in the queue
	bar     func(width int) string // draws the line below all others, in fewer columns than that; nil: there is none
	due     bool                   // the bar is to be drawn again
	writing bool                   // something is with the file
	err     error                  // of the last write
	taken   chan struct{}          // closed and replaced when the file has taken something
	closed  bool
}

func newOutput(to io.Writer) *output {
	o := &output{to: to, woken: make(chan struct{}, 1), taken: make(chan struct{})}
	go o.work()
	return o
}

// say adds a text to what is to be written. What matters is kept when there is no room for anything else. It tells
// whether there was room.
func (o *output) say(text string, matters bool) bool {
	room := mostKept
	if matters {
		room *= 2
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed || o.size+len(text) > room {
		return false
	}
	o.queue = append(o.queue, text)
	o.size += len(text)
	o.wake()
	return true
}

// draw shows a bar below what is said, as it is when it comes to be drawn; nil takes it away.
func (o *output) draw(bar func(width int) string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.bar, o.due = bar, bar != nil
	o.wake()
}

// wake lets the goroutine look. The lock is held.
func (o *output) wake() {
	if o.closed {
		return
	}
	select {
	case o.woken <- struct{}{}:
	default:
	}
}

// drain waits until everything that was said is written, and gives the error of the last write. The file may take
// nothing for so long as patience says; 0 is for ever.
func (o *output) drain(ctx context.Context, patience time.Duration) error {
	for {
		o.mu.Lock()
		taken, err, over := o.taken, o.err, len(o.queue) == 0 && !o.due && !o.writing
		o.mu.Unlock()
		if over {
			return err
		}
		var late <-chan time.Time
		if patience > 0 {
			late = time.After(patience)
		}
		select {
		case <-taken:
		case <-late:
			return errStuck
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// close waits until everything is written, and gives up where that takes too long. What is said afterwards is not
// heard.
func (o *output) close() {
	ctx, cancel := context.WithTimeout(context.Background(), longestEnd)
	defer cancel()
	o.drain(ctx, giveUp) // there is nobody left to be told that it failed
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	close(o.woken)
}

// work writes until the output is closed.
func (o *output) work() {
	drawn := 0 // columns that the bar takes on the line of the cursor
	for range o.woken {
		for {
			text, bar := o.next()
			if text == "" && bar == nil {
				break
			}
			if drawn > 0 || bar != nil {
				width := columnsOf(o.to)
				clear := strings.Repeat(" ", max(min(drawn, width-1), 0))
				drawn = 0
				if bar != nil {
					text = bar(width)
					drawn = columns(text)
				}
				text = "\r" + clear + "\r" + text
			}
			_, err := io.WriteString(o.to, text)
			o.wrote(err)
		}
	}
}

// next takes what is to be written next: a text, or where none waits the bar.
func (o *output) next() (text string, bar func(width int) string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case len(o.queue) > 0:
		text, o.queue[0] = o.queue[0], ""
		o.queue = o.queue[1:]
		o.size -= len(text)
	case o.due:
		bar, o.due = o.bar, false
	}
	o.writing = text != "" || bar != nil
	return text, bar
}

func (o *output) wrote(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.writing, o.err = false, err
	close(o.taken)
	o.taken = make(chan struct{})
}

// columnsOf gives the width of a terminal as it is now, and a usual one where it is not known.
func columnsOf(stream any) int {
	if f, ok := stream.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			return width
		}
	}
	return 80
}

// columns tells how many columns a text takes at most: terminals of East Asia show much of what is not ASCII in two.
func columns(text string) (n int) {
	for _, c := range text {
		n++
		if c >= utf8.RuneSelf {
			n++
		}
	}
	return n
}
