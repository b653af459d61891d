// Send every message and every datagram of a WebTransport session back.

// --8<-- [start:imports]
package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"
	"github.com/quic-go/webtransport-go"
)

// --8<-- [end:imports]

const maxSize = 64 << 10 // bytes of one message

// --8<-- [start:session]
// serve answers one session: each stream carries one message and its echo.
func serve(session *webtransport.Session) {
	go func() {
		for {
			position, err := session.ReceiveDatagram(session.Context())
			if err != nil {
				return
			}
			session.SendDatagram(position) // lost if the line loses it: the next one is newer
		}
	}()
	for {
		stream, err := session.AcceptStream(session.Context())
		if err != nil {
			return // the session has ended
		}
		go echo(stream)
	}
}

func echo(stream *webtransport.Stream) {
	defer stream.Close()
	stream.SetDeadline(time.Now().Add(10 * time.Second))
	message, err := io.ReadAll(io.LimitReader(stream, maxSize+1)) // to the end of the stream
	if err != nil || len(message) > maxSize {
		stream.CancelRead(1)
		stream.CancelWrite(1)
		return
	}
	stream.Write(message)
}

// --8<-- [end:session]

// --8<-- [start:certificate]
// certificate is one that a page may name by its hash: P-256, valid for less than two weeks.
func certificate() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(13 * 24 * time.Hour),
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
		DNSNames:     []string{"localhost"},
	}
	made, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	return tls.Certificate{Certificate: [][]byte{made}, PrivateKey: key}, err
}

// --8<-- [end:certificate]

// --8<-- [start:main]
func listen(port string) error {
	own, err := certificate()
	if err != nil {
		return err
	}
	config := &tls.Config{Certificates: []tls.Certificate{own}}
	server := &webtransport.Server{
		H3: &http3.Server{
			TLSConfig:  http3.ConfigureTLSConfig(config),
			QUICConfig: &quic.Config{KeepAlivePeriod: 15 * time.Second}, // else silence ends it after 30 s
		},
		CheckOrigin: func(*http.Request) bool { return true }, // leave it out: your own pages only
	}
	server.H3.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		session, err := server.Upgrade(w, r)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		serve(session)
	})
	conn, err := net.ListenPacket("udp", net.JoinHostPort("127.0.0.1", port))
	if err != nil {
		return err
	}
	stopping, cancel := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer cancel()
	context.AfterFunc(stopping, func() { server.Close() })
	hash := sha256.Sum256(own.Certificate[0])
	fmt.Printf("listening on https://%v\ncertificate %x\n", conn.LocalAddr(), hash)
	if err := server.Serve(conn); stopping.Err() == nil && !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: wt_server PORT")
		os.Exit(2)
	}
	if err := listen(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "wt_server:", err)
		os.Exit(1)
	}
}

// --8<-- [end:main]
