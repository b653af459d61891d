// Send positions that may be lost and a text that may not, over WebTransport.

// --8<-- [start:imports]
package main

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/quic-go/webtransport-go"
)

// --8<-- [end:imports]

const (
	positions = 20
	text      = "Hello, WebTransport! ✓"
)

// --8<-- [start:run]
func run(url, hash string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 8*time.Second)
	defer cancel()

	transport := &webtransport.Transport{TLSClientConfig: trusting(hash)}
	defer transport.Close()
	_, session, err := transport.Dial(ctx, url, nil)
	if err != nil {
		return err
	}
	defer session.CloseWithError(0, "")

	returned := make(chan int)
	go func() { returned <- count(ctx, session) }()
	for n := range positions {
		if err := session.SendDatagram([]byte{byte(n)}); err != nil {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
	if err := say(ctx, session); err != nil { // on a stream of its own: waits for no position
		return err
	}
	fmt.Printf("positions: %d of %d\n", <-returned, positions)
	return nil
}

// count counts the positions that come back until the last one or half a second of silence.
func count(ctx context.Context, session *webtransport.Session) (n int) {
	for {
		waiting, cancel := context.WithTimeout(ctx, 500*time.Millisecond)
		position, err := session.ReceiveDatagram(waiting)
		cancel()
		if err != nil {
			return n
		}
		n++
		if position[0] == positions-1 {
			return n
		}
	}
}

func say(ctx context.Context, session *webtransport.Session) error {
	stream, err := session.OpenStreamSync(ctx)
	if err != nil {
		return err
	}
	stream.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := io.WriteString(stream, text); err != nil {
		return err
	}
	if err := stream.Close(); err != nil { // the end of the message
		return err
	}
	echo, err := io.ReadAll(io.LimitReader(stream, 1<<16))
	if err != nil {
		return err
	}
	if string(echo) != text {
		return fmt.Errorf("sent %q, received %q", text, echo)
	}
	fmt.Printf("text: %q\n", echo)
	return nil
}

// --8<-- [end:run]

// --8<-- [start:trust]
// trusting accepts the one certificate with this SHA-256 hash, as a page can.
func trusting(hash string) *tls.Config {
	return &tls.Config{
		InsecureSkipVerify: true, // the hash is the verification
		VerifyConnection: func(state tls.ConnectionState) error {
			found := sha256.Sum256(state.PeerCertificates[0].Raw)
			if !strings.EqualFold(hex.EncodeToString(found[:]), hash) {
				return errors.New("the server has another certificate")
			}
			return nil
		},
	}
}

// --8<-- [end:trust]

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: wt_client https://HOST:PORT/PATH SHA-256-OF-CERTIFICATE")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "wt_client:", err)
		os.Exit(1)
	}
}
