<?php

declare(strict_types=1);

require_once __DIR__ . '/WebSocket.php';

/** A client's connection. Every wait has a limit. */
final class Client
{
    public readonly WebSocket $socket;
    /** @var resource */
    private $stream;
    /** @var list<array{int, string}> messages that came with the answer to the handshake */
    private array $early = [];

    /** @throws RuntimeException whose code is the HTTP status where the server refused */
    public function __construct(string $url, int $maxSize, float $timeout = 10)
    {
        $parts = parse_url($url);
        $schemes = ['ws' => ['tcp', 80], 'wss' => ['tls', 443]];
        if (!isset($parts['scheme'], $parts['host'], $schemes[$parts['scheme']])) {
            throw new InvalidArgumentException("not a ws:// or wss:// URL: $url");
        }
        [$transport, $port] = $schemes[$parts['scheme']];
        $authority = $parts['host'] . ':' . ($parts['port'] ?? $port);
        $target = ($parts['path'] ?? '/') . (isset($parts['query']) ? "?{$parts['query']}" : '');
        $until = microtime(true) + $timeout;
        $stream = @stream_socket_client("$transport://$authority", $code, $problem, $timeout);
        if ($stream === false) {
            throw new RuntimeException("$authority: " . ($problem ?: error_get_last()['message']));
        }
        $this->stream = $stream;
        stream_set_blocking($stream, false);
        $this->socket = new WebSocket(true, $maxSize);
        $this->handshake($authority, $target, $until);
    }

    private function handshake(string $authority, string $target, float $until): void
    {
        $key = base64_encode(random_bytes(16));
        $this->socket->output = "GET $target HTTP/1.1\r\nHost: $authority\r\n"
            . "Connection: Upgrade\r\nUpgrade: websocket\r\n"
            . "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: $key\r\n\r\n";
        $head = '';
        while (($end = strpos($head, "\r\n\r\n")) === false) {
            if (strlen($head) > 16384 || microtime(true) > $until) {
                throw new RuntimeException('no answer to the opening handshake');
            }
            $head .= $this->read($until - microtime(true));
        }
        if (preg_match('~^HTTP/1\.1 (\d{3})~', $head, $status) !== 1 || $status[1] !== '101') {
            throw new RuntimeException('refused: ' . strtok($head, "\r\n"), (int) ($status[1] ?? 0));
        }
        $accept = base64_encode(sha1("{$key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11", true));
        if (preg_match('~^Sec-WebSocket-Accept: *(\S*)~im', $head, $is) !== 1 || $is[1] !== $accept) {
            throw new RuntimeException('wrong Sec-WebSocket-Accept');
        }
        $this->early = $this->socket->receive(substr($head, $end + 4));
    }

    /**
     * What comes within some seconds; nothing where the time is over, or a signal came.
     *
     * @return list<array{int, string}> messages, and pongs
     */
    public function receive(float $seconds): array
    {
        [$messages, $this->early] = [$this->early, []];
        return $messages ?: $this->socket->receive($this->read($seconds));
    }

    /** @return array{int, string} the next text or binary message */
    public function message(float $seconds): array
    {
        $until = microtime(true) + $seconds;
        while (!$this->socket->isOver()) {
            foreach ($this->receive($until - microtime(true)) as $message) {
                if ($message[0] !== WebSocket::PONG) {
                    return $message;
                }
            }
            if (microtime(true) > $until) {
                throw new RuntimeException("no message within $seconds s");
            }
        }
        throw new RuntimeException($this->socket->error ?? "closed with {$this->socket->closed}");
    }

    /** Close, and wait for the other side's close frame. */
    public function close(int $code = 1000, float $seconds = 5): void
    {
        $this->socket->close($code);
        $until = microtime(true) + $seconds;
        while (microtime(true) < $until && (!$this->socket->isOver() || $this->socket->output !== '')) {
            $this->receive($until - microtime(true));
        }
        fclose($this->stream);
    }

    /** Write what waits, and read what came. */
    private function read(float $seconds): string
    {
        [$read, $write, $except] = [[$this->stream], [], null];
        if ($this->socket->output !== '') {
            $write = [$this->stream];
        }
        if (@stream_select($read, $write, $except, 0, (int) (max(0, min($seconds, 1)) * 1e6)) === false) {
            return ''; // a signal came
        }
        if ($write) {
            $written = @fwrite($this->stream, $this->socket->output);
            $this->socket->output = substr($this->socket->output, (int) $written);
        }
        $bytes = $read ? (string) @fread($this->stream, 65536) : '';
        if ($bytes === '' && feof($this->stream) && !$this->socket->isOver()) {
            throw new RuntimeException('the connection ended without a close frame');
        }
        return $bytes;
    }
}
