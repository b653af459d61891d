// Send positions that may be lost and a text that may not, over WebSocket: nothing is lost.

// --8<-- [start:imports]
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/coder/websocket"
)

// --8<-- [end:imports]

const (
	positions = 20
	text      = "Hello, WebSocket! ✓"
)

// --8<-- [start:run]
func run(url string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 8*time.Second)
	defer cancel()

	conn, _, err := websocket.Dial(ctx, url, nil)
	if err != nil {
		return err
	}
	defer conn.CloseNow()
	conn.SetReadLimit(64 << 10)

	received := make(chan error, 1)
	go func() { received <- receive(ctx, conn) }()
	for n := range positions {
		if err := conn.Write(ctx, websocket.MessageBinary, []byte{byte(n)}); err != nil {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
	if err := conn.Write(ctx, websocket.MessageText, []byte(text)); err != nil {
		return err
	}
	if err := <-received; err != nil {
		return err
	}
	return conn.Close(websocket.StatusNormalClosure, "")
}

// receive reads the echoes. They come in order, so the text is the last.
func receive(ctx context.Context, conn *websocket.Conn) error {
	for n := 0; ; n++ {
		kind, echo, err := conn.Read(ctx)
		if err != nil {
			return err
		}
		if kind == websocket.MessageBinary {
			continue
		}
		if string(echo) != text {
			return fmt.Errorf("sent %q, received %q", text, echo)
		}
		fmt.Printf("text: %q\npositions: %d of %d\n", echo, n, positions)
		return nil
	}
}

// --8<-- [end:run]

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: ws_client ws://HOST:PORT/PATH")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "ws_client:", err)
		os.Exit(1)
	}
}
