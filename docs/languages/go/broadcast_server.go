// Send every message that a client sends to all clients, and to none more than it can take.

// --8<-- [start:room]
package main

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"syscall"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"
)

const (
	maxSize = 16 << 10 // bytes of one message
	waiting = 64       // messages for one client: 1 MiB with the limit above
)

type message struct {
	kind websocket.MessageType
	data []byte
}

type room struct {
	mu     sync.Mutex
	queues map[chan message]struct{} // one for each client, closed when it has to go
}

func (r *room) join() chan message {
	queue := make(chan message, waiting)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.queues[queue] = struct{}{}
	return queue
}

func (r *room) leave(queue chan message) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.remove(queue)
}

func (r *room) remove(queue chan message) {
	if _, ok := r.queues[queue]; ok {
		delete(r.queues, queue)
		close(queue)
	}
}

func (r *room) broadcast(m message) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for queue := range r.queues {
		select {
		case queue <- m:
		default: // it is full
			r.remove(queue)
		}
	}
}

// --8<-- [end:room]

// --8<-- [start:client]
// send writes what is queued; a write that takes too long ends the connection.
func send(conn *websocket.Conn, queue <-chan message) {
	for m := range queue {
		ctx, done := context.WithTimeout(context.Background(), 10*time.Second)
		err := conn.Write(ctx, m.kind, m.data)
		done()
		if err != nil {
			return // receive ends too
		}
	}
	conn.Close(websocket.StatusTryAgainLater, "too slow") // of no effect where the client left
}

func receive(conn *websocket.Conn, r *room) error {
	for {
		kind, data, err := conn.Read(context.Background())
		if err != nil {
			return err
		}
		if kind == websocket.MessageText && !utf8.Valid(data) { // else each receiver would close
			return conn.Close(websocket.StatusInvalidFramePayloadData, "text is not UTF-8")
		}
		r.broadcast(message{kind, data})
	}
}

// --8<-- [end:client]

// --8<-- [start:admit]
type server struct {
	room
	token, origin string
	places        chan struct{} // holds one element for each client
	open          sync.WaitGroup
	stopping      context.Context
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	session, err := r.Cookie("session")
	if err != nil || subtle.ConstantTimeCompare([]byte(session.Value), []byte(s.token)) != 1 {
		http.Error(w, "no valid session", http.StatusUnauthorized)
		return
	}
	select {
	case s.places <- struct{}{}:
		defer func() { <-s.places }()
	default:
		http.Error(w, "full", http.StatusServiceUnavailable)
		return
	}
	s.open.Add(1)
	defer s.open.Done()
	queue := s.join() // before the 101: whoever has read it misses nothing
	defer s.leave(queue)
	options := &websocket.AcceptOptions{OriginPatterns: []string{s.origin}}
	conn, err := websocket.Accept(w, r, options) // 403 for pages of origins but ours and r.Host
	if err != nil {
		return // the answer is sent
	}
	defer conn.CloseNow()
	conn.SetReadLimit(maxSize)
	stop := context.AfterFunc(s.stopping, func() {
		conn.Close(websocket.StatusGoingAway, "server stopping")
	})
	defer stop()

	go send(conn, queue)
	if err := receive(conn, &s.room); websocket.CloseStatus(err) == -1 && s.stopping.Err() == nil {
		fmt.Fprintln(os.Stderr, "broadcast_server:", r.RemoteAddr, err)
	}
}

// --8<-- [end:admit]

// --8<-- [start:main]
func serve(port, token, origin string) error {
	stopping, cancel := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer cancel()
	most, err := strconv.Atoi(os.Getenv("MAX_CLIENTS"))
	if err != nil {
		most = 1000
	}
	handler := &server{
		room:     room{queues: map[chan message]struct{}{}},
		token:    token,
		origin:   origin,
		places:   make(chan struct{}, most),
		stopping: stopping,
	}

	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", port))
	if err != nil {
		return err
	}
	fmt.Printf("listening on ws://%v\n", listener.Addr())
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	context.AfterFunc(stopping, func() { server.Close() })
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	handler.open.Wait() // net/http does not know connections that were upgraded
	return nil
}

func main() {
	token, origin := os.Getenv("TOKEN"), os.Getenv("ORIGIN")
	if len(os.Args) != 2 || token == "" || origin == "" {
		fmt.Fprintln(os.Stderr, "usage: TOKEN=secret ORIGIN=https://app.example.com broadcast_server PORT")
		os.Exit(2)
	}
	if err := serve(os.Args[1], token, origin); err != nil {
		fmt.Fprintln(os.Stderr, "broadcast_server:", err)
		os.Exit(1)
	}
}

// --8<-- [end:main]
