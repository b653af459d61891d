// Prints the Sec-WebSocket-Accept value for the Sec-WebSocket-Key given as the only argument.
package main

// --8<-- [start:accept]
import (
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"os"
)

const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

func accept(key string) string {
	sum := sha1.Sum([]byte(key + guid))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// --8<-- [end:accept]

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run accept.go KEY")
		os.Exit(1)
	}
	fmt.Println(accept(os.Args[1]))
}
