// Print every message that a server sends; connect again whenever the connection is lost.

package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"
)

const (
	maxSize = 64 << 10 // bytes of one message
	longest = 60       // seconds of the longest pause that grows
	stable  = 60       // seconds after which a connection is good; a dead one is noticed in 30
)

var (
	second   = time.Second                    // our tests make it short
	errFinal = errors.New("not trying again") // the next attempt would end the same way
)

// --8<-- [start:pause]
// pause says how long to wait before an attempt, counted from the last good connection.
func pause(attempt int, code websocket.StatusCode) time.Duration {
	switch code {
	case websocket.StatusServiceRestart: // everyone lost the server at once: spread out
		return 5*second + rand.N(25*second)
	case websocket.StatusTryAgainLater: // the server is overloaded: leave it alone
		return 30*second + rand.N(30*second)
	}
	// Full jitter: anything from 0.
	return rand.N(min(time.Duration(1)<<min(attempt-1, 10), longest) * second)
}

// --8<-- [end:pause]

// --8<-- [start:listen]
func listen(ctx context.Context, url string) error {
	for attempt := 1; ; attempt++ {
		lasted, err := connection(ctx, url)
		code := websocket.CloseStatus(err)
		switch {
		case ctx.Err() != nil || code == websocket.StatusNormalClosure:
			return nil
		case errors.Is(err, errFinal) || code == websocket.StatusPolicyViolation:
			return err
		case lasted > stable*second:
			attempt = 1
		}
		wait := pause(attempt, code)
		fmt.Fprintf(os.Stderr, "lost: %v; attempt %d in %d ms\n", err, attempt, wait.Milliseconds())
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil
		}
	}
}

// --8<-- [end:listen]

// --8<-- [start:connection]
// connection returns how long it was open, and the error that ended it.
func connection(ctx context.Context, url string) (time.Duration, error) {
	dialing, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	conn, response, err := websocket.Dial(dialing, url, nil)
	if err != nil {
		if response != nil && response.StatusCode/100 == 4 {
			return 0, fmt.Errorf("%w: %w", errFinal, err)
		}
		return 0, err
	}
	opened := time.Now()
	defer conn.CloseNow()
	conn.SetReadLimit(maxSize)
	stop := context.AfterFunc(ctx, func() { conn.Close(websocket.StatusNormalClosure, "") })
	defer stop()

	alive, fail := context.WithCancelCause(context.Background())
	defer fail(nil)
	go heartbeat(alive, fail, conn)

	// To the server this client is new: subscribe here, and ask for what was missed.
	fmt.Fprintln(os.Stderr, "connected")
	for {
		kind, message, err := conn.Read(alive)
		if cause := context.Cause(alive); cause != nil {
			return time.Since(opened), cause
		} else if err != nil {
			return time.Since(opened), err
		}
		if kind == websocket.MessageText && !utf8.Valid(message) { // the library does not look
			conn.Close(websocket.StatusInvalidFramePayloadData, "text is not UTF-8")
			return time.Since(opened), errors.New("text is not UTF-8")
		}
		fmt.Printf("%s\n", message)
	}
}

// --8<-- [end:connection]

// --8<-- [start:heartbeat]
// heartbeat cancels the reading when a ping stays without a pong.
func heartbeat(ctx context.Context, fail context.CancelCauseFunc, conn *websocket.Conn) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(20 * second):
		}
		waiting, done := context.WithTimeout(ctx, 10*second)
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
	address, err := url.Parse(os.Args[len(os.Args)-1])
	if len(os.Args) != 2 || err != nil || (address.Scheme != "ws" && address.Scheme != "wss") {
		fmt.Fprintln(os.Stderr, "usage: resilient_client ws://HOST:PORT/PATH")
		os.Exit(2)
	}
	if unit, err := strconv.Atoi(os.Getenv("UNIT_MS")); err == nil {
		second = time.Duration(unit) * time.Millisecond
	}
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer cancel()
	if err := listen(ctx, os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "resilient_client:", err)
		os.Exit(1)
	}
}

// --8<-- [end:main]
