// Print every message that a server sends; connect again whenever the connection is lost.

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/coder/websocket"
)

const (
	maxSize = 64 << 10 // bytes of one message
	longest = 60       // units of the longest pause between attempts
	stable  = 30       // units after which a connection counts as good
)

var errFinal = errors.New("not trying again") // the next attempt would end the same way

// --8<-- [start:pause]
// pause says how long to wait before attempt number n, counted from the last good connection.
func pause(n int, code websocket.StatusCode, unit time.Duration) time.Duration {
	switch code {
	case websocket.StatusServiceRestart: // everyone lost the server at once: spread out
		return 5*unit + rand.N(25*unit)
	case websocket.StatusTryAgainLater: // the server is overloaded: leave it alone
		return longest*unit/2 + rand.N(longest*unit/2)
	}
	return rand.N(min(time.Duration(1)<<min(n, 10), longest) * unit) // full jitter: anything from 0
}

// --8<-- [end:pause]

// --8<-- [start:listen]
func listen(ctx context.Context, url string, unit time.Duration) error {
	for n := 0; ; n++ {
		started := time.Now()
		err := connection(ctx, url, unit)
		code := websocket.CloseStatus(err)
		switch {
		case ctx.Err() != nil || code == websocket.StatusNormalClosure:
			return nil
		case errors.Is(err, errFinal) || code == websocket.StatusPolicyViolation:
			return err
		}
		if time.Since(started) > stable*unit {
			n = 0
		}
		wait := pause(n, code, unit)
		fmt.Fprintf(os.Stderr, "lost: %v; again in %v\n", err, wait.Round(time.Millisecond))
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil
		}
	}
}

// --8<-- [end:listen]

// --8<-- [start:connection]
// connection lasts from the handshake to the first error.
func connection(ctx context.Context, url string, unit time.Duration) error {
	dialing, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	conn, response, err := websocket.Dial(dialing, url, nil)
	if err != nil {
		if response != nil && response.StatusCode/100 == 4 {
			return fmt.Errorf("%w: %w", errFinal, err)
		}
		return err
	}
	defer conn.CloseNow()
	conn.SetReadLimit(maxSize)
	stop := context.AfterFunc(ctx, func() { conn.Close(websocket.StatusNormalClosure, "") })
	defer stop()

	alive, fail := context.WithCancelCause(context.Background())
	defer fail(nil)
	go heartbeat(alive, fail, conn, unit)

	// To the server this client is new: subscribe here, and ask for what was missed.
	fmt.Fprintln(os.Stderr, "connected")
	for {
		_, message, err := conn.Read(alive)
		if cause := context.Cause(alive); cause != nil {
			return cause
		} else if err != nil {
			return err
		}
		fmt.Printf("%s\n", message)
	}
}

// --8<-- [end:connection]

// --8<-- [start:heartbeat]
// heartbeat cancels the reading when a ping stays without a pong.
func heartbeat(ctx context.Context, fail context.CancelCauseFunc, conn *websocket.Conn, unit time.Duration) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(20 * unit):
		}
		waiting, done := context.WithTimeout(ctx, 10*unit)
		err := conn.Ping(waiting)
		missing := waiting.Err() == context.DeadlineExceeded
		done()
		if err != nil && missing {
			fail(errors.New("no pong"))
		}
	}
}

// --8<-- [end:heartbeat]

// --8<-- [start:main]
func main() {
	unit := flag.Duration("unit", time.Second, "what the pauses are counted in")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: listen [-unit 1s] ws://HOST:PORT/PATH")
		os.Exit(2)
	}
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer cancel()
	if err := listen(ctx, flag.Arg(0), *unit); err != nil {
		fmt.Fprintln(os.Stderr, "listen:", err)
		os.Exit(1)
	}
}

// --8<-- [end:main]
