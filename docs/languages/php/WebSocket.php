<?php

declare(strict_types=1);

/** One end of an open connection by RFC 6455: bytes in, messages out. It knows no socket. */
final class WebSocket
{
    public const TEXT = 1;
    public const BINARY = 2;
    public const CLOSE = 8;
    public const PING = 9;
    public const PONG = 10;

    /** Bytes that wait to be written. */
    public string $output = '';
    /** The code of the peer's close frame, 1005 for none in it; null while there was no frame. */
    public ?int $closed = null;
    /** What the peer did wrong. */
    public ?string $error = null;

    private bool $closing = false;
    private string $input = '';
    private int $at = 0; // where the next frame starts in the input
    private int $kind = 0; // of the message that is incomplete
    private string $message = '';

    public function __construct(private readonly bool $isClient, private readonly int $maxSize)
    {
    }

    public function send(int $kind, string $payload): void
    {
        if (!$this->closing) {
            $this->output .= self::frame($kind, $payload, $this->isClient);
        }
    }

    /** Start the closing handshake, or answer it. */
    public function close(int $code, string $reason = ''): void
    {
        $this->send(self::CLOSE, ($code === 1005 ? '' : pack('n', $code)) . $reason);
        $this->closing = true;
    }

    /** Nothing is left to be said, apart from the output. */
    public function isOver(): bool
    {
        return $this->error !== null || ($this->closing && $this->closed !== null);
    }

    /**
     * Take what was read from the connection.
     *
     * @return list<array{int, string}> complete messages, and pongs
     */
    public function receive(string $bytes): array
    {
        $this->input .= $bytes;
        $messages = [];
        try {
            while (!$this->isOver() && ($frame = $this->next()) !== null) {
                $messages[] = $this->take(...$frame);
            }
        } catch (UnexpectedValueException $error) { // the peer broke the protocol, or a limit
            $this->close($error->getCode(), $error->getMessage());
            $this->error = "{$error->getMessage()} ({$error->getCode()})";
        }
        $this->input = $this->isOver() ? '' : substr($this->input, $this->at);
        $this->at = 0;
        return array_values(array_filter($messages));
    }

    public static function frame(int $kind, string $payload, bool $masked): string
    {
        $length = strlen($payload);
        $bit = $masked ? 0x80 : 0;
        $head = chr(0x80 | $kind) . match (true) {
            $length < 126 => chr($bit | $length),
            $length < 65536 => chr($bit | 126) . pack('n', $length),
            default => chr($bit | 127) . pack('J', $length),
        };
        $mask = $masked ? random_bytes(4) : '';
        return $head . $mask . ($masked ? self::mask($payload, $mask) : $payload);
    }

    private static function mask(string $payload, string $mask): string
    {
        return $payload ^ str_repeat($mask, intdiv(strlen($payload), 4) + 1);
    }

    /** @return array{bool, int, string}|null the next frame, null while it is incomplete */
    private function next(): ?array
    {
        $has = strlen($this->input) - $this->at;
        if ($has < 2) {
            return null;
        }
        [$first, $second] = [ord($this->input[$this->at]), ord($this->input[$this->at + 1])];
        [$final, $kind, $length] = [$first >= 0x80, $first & 0x0F, $second & 0x7F];
        self::expect(($first & 0x70) === 0, 1002, 'a reserved bit is set');
        self::expect(($second >= 0x80) !== $this->isClient, 1002, 'a client masks, a server does not');
        self::expect($kind < 3 || ($kind > 7 && $kind < 11), 1002, 'unknown opcode');
        self::expect($kind < 8 || ($final && $length < 126), 1002, 'control frame too long or in parts');
        $size = match ($length) {
            126 => 4,
            127 => 10,
            default => 2,
        };
        $start = $size + ($this->isClient ? 0 : 4);
        if ($has < $start) {
            return null;
        }
        if ($size > 2) {
            $length = unpack($size === 4 ? 'n' : 'J', $this->input, $this->at + 2)[1];
        }
        // J has no sign on the wire, but PHP's integers do.
        $fits = $length >= 0 && $length + strlen($this->message) <= $this->maxSize;
        self::expect($kind > 7 || $fits, 1009, 'message too big');
        if ($has < $start + $length) {
            return null;
        }
        $payload = substr($this->input, $this->at + $start, $length);
        if (!$this->isClient) {
            $payload = self::mask($payload, substr($this->input, $this->at + $size, 4));
        }
        $this->at += $start + $length;
        return [$final, $kind, $payload];
    }

    /** @return array{int, string}|null the message that the frame completes */
    private function take(bool $final, int $kind, string $payload): ?array
    {
        if ($kind === self::PONG) {
            return [$kind, $payload];
        }
        if ($kind === self::PING) {
            $this->send(self::PONG, $payload);
            return null;
        }
        if ($kind === self::CLOSE) {
            $code = strlen($payload) < 2 ? 1005 : unpack('n', $payload)[1];
            $valid = $payload === '' || ($code > 2999 && $code < 5000)
                || in_array($code, [...range(1000, 1003), ...range(1007, 1014)], true);
            self::expect($valid, 1002, 'not a close code');
            self::expect(preg_match('//u', substr($payload, 2)) === 1, 1007, 'reason is not UTF-8');
            $this->closed = $code;
            $this->close($code);
            return null;
        }
        self::expect(($kind === 0) === ($this->kind !== 0), 1002, 'fragments out of order');
        $this->kind = $kind ?: $this->kind;
        $this->message .= $payload;
        if (!$final) {
            return null;
        }
        $message = [$this->kind, $this->message];
        [$this->kind, $this->message] = [0, ''];
        $valid = $message[0] !== self::TEXT || preg_match('//u', $message[1]) === 1;
        self::expect($valid, 1007, 'text is not UTF-8');
        return $message;
    }

    private static function expect(bool $sound, int $code, string $problem): void
    {
        if (!$sound) {
            throw new UnexpectedValueException($problem, $code);
        }
    }
}
