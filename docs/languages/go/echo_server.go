// Send every message back; on SIGTERM close each connection with 1001.

// --8<-- [start:handler]
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"
)

const maxSize = 64 << 10 // bytes of one message

func echo(stopping context.Context, conn *websocket.Conn) error {
	// Close, not a canceled context: that would drop the connection without a close frame.
	stop := context.AfterFunc(stopping, func() {
		conn.Close(websocket.StatusGoingAway, "server stopping")
	})
	defer stop()
	for {
		kind, message, err := conn.Read(context.Background())
		if err != nil {
			return err
		}
		if kind == websocket.MessageText && !utf8.Valid(message) { // the library does not look
			return conn.Close(websocket.StatusInvalidFramePayloadData, "text is not UTF-8")
		}
		if err := write(conn, kind, message); err != nil {
			return err
		}
	}
}

func write(conn *websocket.Conn, kind websocket.MessageType, message []byte) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return conn.Write(ctx, kind, message) // a peer that does not read loses its connection
}

// --8<-- [end:handler]

// --8<-- [start:main]
func serve(port string) error {
	stopping, cancel := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer cancel()

	var open sync.WaitGroup
	handler := func(w http.ResponseWriter, r *http.Request) {
		open.Add(1)
		defer open.Done()
		conn, err := websocket.Accept(w, r, nil) // refuses pages of other hosts with 403
		if err != nil {
			return // the answer is sent
		}
		defer conn.CloseNow()
		conn.SetReadLimit(maxSize)
		if err := echo(stopping, conn); websocket.CloseStatus(err) == -1 && stopping.Err() == nil {
			fmt.Fprintln(os.Stderr, "echo_server:", r.RemoteAddr, err)
		}
	}

	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", port))
	if err != nil {
		return err
	}
	fmt.Printf("listening on ws://%v\n", listener.Addr())
	server := &http.Server{Handler: http.HandlerFunc(handler), ReadHeaderTimeout: 5 * time.Second}
	context.AfterFunc(stopping, func() { server.Close() })
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	open.Wait() // net/http does not know connections that were upgraded
	return nil
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: echo_server PORT")
		os.Exit(2)
	}
	if err := serve(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "echo_server:", err)
		os.Exit(1)
	}
}

// --8<-- [end:main]
