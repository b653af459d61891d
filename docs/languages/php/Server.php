<?php

declare(strict_types=1);

require_once __DIR__ . '/WebSocket.php';

/** One client of a server. */
final class Connection
{
    public readonly WebSocket $socket;
    public ?string $request = ''; // what came of the opening handshake; null once it is done
    public float $deadline; // of the opening or the closing handshake
    public bool $ended = false; // nothing more is written

    /** @param resource $stream */
    public function __construct(public readonly mixed $stream, public readonly string $name, int $maxSize)
    {
        $this->socket = new WebSocket(false, $maxSize);
        $this->deadline = microtime(true) + 10;
    }

    public function close(int $code, string $reason = ''): void
    {
        $this->socket->close($code, $reason);
        $this->deadline = min($this->deadline, microtime(true) + 5);
    }

    public function isOpen(): bool
    {
        return $this->request === null && $this->deadline === INF;
    }

    /** Write what the kernel takes; end when all is said. */
    public function write(): void
    {
        if ($this->socket->output !== '') {
            $written = @fwrite($this->stream, $this->socket->output);
            if ($written === false) { // it is gone
                [$this->ended, $this->deadline] = [true, 0];
            }
            $this->socket->output = substr($this->socket->output, (int) $written);
        }
        if (!$this->ended && $this->socket->isOver()) {
            $this->deadline = min($this->deadline, microtime(true) + 5);
            if ($this->socket->output === '') {
                stream_socket_shutdown($this->stream, STREAM_SHUT_WR);
                $this->ended = true; // from here on read only, until the other side ends too
            }
        }
    }
}

/** A server in one thread: it waits for all connections at once. */
final class Server
{
    private const MOST = 1000; // connections: select(2) knows the descriptors 0 to 1023

    /** @var array<int, Connection> */
    private array $connections = [];
    private bool $stopping = false;

    /**
     * @param Closure(Connection, int, string): void $onMessage
     * @param (Closure(array<string, string>): ?string)|null $refusal a status for request headers
     */
    public function __construct(
        private readonly int $maxSize,
        private readonly Closure $onMessage,
        private readonly ?Closure $refusal = null,
    ) {
    }

    /** @return array<int, Connection> */
    public function open(): array
    {
        return array_filter($this->connections, fn (Connection $one) => $one->isOpen());
    }

    /** Serve until SIGINT or SIGTERM. */
    public function run(int $port): void
    {
        $options = stream_context_create(['socket' => ['backlog' => 511, 'tcp_nodelay' => true]]);
        $flags = STREAM_SERVER_BIND | STREAM_SERVER_LISTEN;
        $listener = @stream_socket_server("tcp://127.0.0.1:$port", $code, $problem, $flags, $options);
        if ($listener === false) {
            throw new RuntimeException("port $port: " . ($problem ?: error_get_last()['message']));
        }
        stream_set_blocking($listener, false);
        pcntl_async_signals(true);
        foreach ([SIGINT, SIGTERM] as $signal) {
            pcntl_signal($signal, fn () => $this->stopping = true);
        }
        echo "listening on ws://127.0.0.1:$port\n";
        while (!$this->stopping) {
            $this->turn($listener);
        }
        fclose($listener);
        foreach ($this->connections as $one) {
            $one->request === null ? $one->close(1001, 'server stopping') : $one->deadline = 0;
        }
        while ($this->connections) {
            $this->turn(null);
        }
    }

    /** @param resource|null $listener */
    private function turn($listener): void
    {
        [$read, $write, $except] = [[], [], null];
        foreach ($this->connections as $id => $one) {
            if (strlen($one->socket->output) <= $this->maxSize) { // else it must read first
                $read[$id] = $one->stream;
            }
            if (!$one->ended && ($one->socket->output !== '' || $one->socket->isOver())) {
                $write[$id] = $one->stream;
            }
        }
        if ($listener && count($this->connections) < self::MOST) {
            $read[-1] = $listener;
        }
        if (@stream_select($read, $write, $except, 1) === false) {
            return; // a signal came
        }
        foreach (array_keys($write) as $id) {
            $this->connections[$id]->write();
        }
        foreach (array_keys($read) as $id) {
            $id < 0 ? $this->accept($listener) : $this->read($this->connections[$id]);
        }
        foreach ($this->connections as $id => $one) {
            if (feof($one->stream) || microtime(true) > $one->deadline) {
                fclose($one->stream);
                unset($this->connections[$id]);
            }
        }
    }

    /** @param resource $listener */
    private function accept($listener): void
    {
        if ($stream = @stream_socket_accept($listener, 0, $name)) {
            stream_set_blocking($stream, false);
            stream_set_chunk_size($stream, 65536);
            $this->connections[(int) $stream] = new Connection($stream, $name, $this->maxSize);
        }
    }

    private function read(Connection $one): void
    {
        $bytes = (string) @fread($one->stream, 65536);
        if ($one->ended) {
            return; // ending with unread bytes could destroy what was sent
        }
        if ($one->request !== null) {
            $bytes = $this->answer($one, $bytes);
        }
        $sound = $one->socket->error === null;
        foreach ($one->socket->receive($bytes) as [$kind, $payload]) {
            if ($kind !== WebSocket::PONG) {
                ($this->onMessage)($one, $kind, $payload);
            }
        }
        if ($sound && $one->socket->error !== null) {
            fwrite(STDERR, "{$one->name}: {$one->socket->error}\n");
        }
    }

    /** @return string what follows the opening handshake */
    private function answer(Connection $one, string $bytes): string
    {
        $one->request .= $bytes;
        $end = strpos($one->request, "\r\n\r\n");
        if ($end === false && strlen($one->request) < 16384) {
            return '';
        }
        $lines = explode("\r\n", substr($one->request, 0, (int) $end));
        $rest = substr($one->request, (int) $end + 4);
        $headers = [];
        foreach (array_slice($lines, 1) as $line) {
            [$name, $value] = explode(':', $line, 2) + [1 => ''];
            $name = strtolower($name);
            $before = isset($headers[$name]) ? $headers[$name] . ($name === 'cookie' ? '; ' : ', ') : '';
            $headers[$name] = $before . trim($value);
        }
        $key = $headers['sec-websocket-key'] ?? '';
        $status = match (true) {
            $end === false || $end > 16384 => '431 Request Header Fields Too Large',
            preg_match('~^GET /\S* HTTP/1\.1$~', $lines[0]) !== 1 => '400 Bad Request',
            !isset($headers['host']) => '400 Bad Request',
            preg_match('~\bwebsocket\b~i', $headers['upgrade'] ?? '') !== 1,
            preg_match('~\bupgrade\b~i', $headers['connection'] ?? '') !== 1,
            ($headers['sec-websocket-version'] ?? '') !== '13' => '426 Upgrade Required',
            strlen((string) base64_decode($key, true)) !== 16 => '400 Bad Request',
            default => $this->refusal ? ($this->refusal)($headers) : null,
        };
        $one->request = null;
        if ($status !== null) {
            fwrite($one->stream, "HTTP/1.1 $status\r\nConnection: close, Upgrade\r\nContent-Length: 0\r\n"
                . "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n");
            stream_socket_shutdown($one->stream, STREAM_SHUT_WR);
            $one->ended = true;
            return '';
        }
        $accept = base64_encode(sha1("{$key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11", true));
        fwrite($one->stream, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
            . "Upgrade: websocket\r\nSec-WebSocket-Accept: $accept\r\n\r\n");
        $one->deadline = INF;
        return $rest;
    }
}
