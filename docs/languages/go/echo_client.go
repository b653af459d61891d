// Send one text and one binary message to an echo server and check what comes back.

// --8<-- [start:imports]
package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"time"

	"github.com/coder/websocket"
)

// --8<-- [end:imports]

// --8<-- [start:connect]
const maxSize = 64 << 10 // bytes of one message

func run(url string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Second)
	defer cancel()

	conn, _, err := websocket.Dial(ctx, url, nil)
	if err != nil {
		return err
	}
	defer conn.CloseNow() // does nothing after Close
	conn.SetReadLimit(maxSize)

	if err := exchange(ctx, conn, websocket.MessageText, []byte("Hello, WebSocket! ✓")); err != nil {
		return err
	}
	if err := exchange(ctx, conn, websocket.MessageBinary, []byte{0x00, 0x7f, 0x80, 0xff}); err != nil {
		return err
	}
	return conn.Close(websocket.StatusNormalClosure, "")
}

// --8<-- [end:connect]

// --8<-- [start:exchange]
func exchange(ctx context.Context, conn *websocket.Conn, kind websocket.MessageType, message []byte) error {
	if err := conn.Write(ctx, kind, message); err != nil {
		return err
	}
	echoKind, echo, err := conn.Read(ctx)
	if err != nil {
		return err
	}
	if echoKind != kind || !bytes.Equal(echo, message) {
		return fmt.Errorf("sent %v %q, received %v %q", kind, message, echoKind, echo)
	}
	if kind == websocket.MessageText {
		fmt.Printf("text: %q\n", echo)
	} else {
		fmt.Printf("binary: % x\n", echo)
	}
	return nil
}

// --8<-- [end:exchange]

// --8<-- [start:main]
func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: echo_client ws://HOST:PORT/PATH")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "echo_client:", err)
		os.Exit(1)
	}
}

// --8<-- [end:main]
