<?php

declare(strict_types=1);

require __DIR__ . '/Client.php';

// --8<-- [start:decide]
const LONGEST = 60; // seconds of the longest pause that grows
const STABLE = 60; // seconds after which a connection is good; a dead one is noticed in 30

/** Seconds to wait before an attempt, counted from the last good connection. */
function pause(int $attempt, ?int $code): float
{
    [$least, $most] = match ($code) {
        1012 => [5, 30], // everyone lost the server at once: spread out
        1013 => [30, 60], // the server is overloaded: leave it alone
        default => [0, min(2 ** min($attempt - 1, 10), LONGEST)], // full jitter
    };
    return random_int($least * 1_000_000, $most * 1_000_000) / 1_000_000;
}

/** The next attempt would end the same way. */
function isFinal(RuntimeException $lost, ?int $code): bool
{
    return $code === 1008 || ($lost->getCode() >= 400 && $lost->getCode() < 500);
}
// --8<-- [end:decide]

// --8<-- [start:connection]
final class Listener
{
    public bool $stopping = false;
    public ?int $code = null; // of the last close frame
    public ?float $opened = null;

    /** @param float $second its length; our tests make it short */
    public function __construct(private readonly string $url, private readonly float $second)
    {
    }

    /** Print messages until the server has no more, or we are to stop. */
    public function connection(): void
    {
        [$this->code, $this->opened] = [null, null];
        $client = new Client($this->url, maxSize: 64 * 1024);
        $this->opened = microtime(true);
        // To the server this client is new: subscribe here, and ask for what was missed.
        fwrite(STDERR, "connected\n");
        [$pingAt, $pongBy] = [$this->opened + 20 * $this->second, INF];
        while (!$this->stopping) {
            foreach ($client->receive(min($pingAt, $pongBy) - microtime(true)) as [$kind, $payload]) {
                if ($kind === WebSocket::PONG) {
                    $pongBy = INF;
                } elseif ($kind === WebSocket::TEXT) {
                    echo $payload, "\n";
                }
            }
            if ($client->socket->isOver()) {
                $client->close();
                $this->code = $client->socket->closed;
                if ($this->code === 1000) {
                    return;
                }
                throw new RuntimeException($client->socket->error ?? "closed with {$this->code}");
            }
            $now = microtime(true);
            if ($now > $pongBy) {
                throw new RuntimeException('no pong within 10 s');
            }
            if ($now > $pingAt) {
                $client->socket->send(WebSocket::PING, '');
                $pingAt = $now + 20 * $this->second;
                $pongBy = $now + 10 * $this->second;
            }
        }
        $client->close();
    }
    // --8<-- [end:connection]

    // --8<-- [start:listen]
    public function run(): void
    {
        $attempt = 0;
        while (!$this->stopping) {
            try {
                $this->connection();
                return;
            } catch (RuntimeException $lost) {
                if (isFinal($lost, $this->code)) {
                    throw $lost;
                }
            }
            $lasted = $this->opened === null ? 0 : microtime(true) - $this->opened;
            $attempt = $lasted > STABLE * $this->second ? 1 : $attempt + 1;
            $wait = pause($attempt, $this->code) * $this->second;
            $until = microtime(true) + $wait;
            $line = 'lost: %s; attempt %d in %d ms';
            fprintf(STDERR, "$line\n", $lost->getMessage(), $attempt, round($wait * 1000));
            while (!$this->stopping && ($left = $until - microtime(true)) > 0) {
                usleep((int) ceil(min($left, 0.1) * 1e6)); // a signal may come before it begins
            }
        }
    }
}
// --8<-- [end:listen]

// --8<-- [start:main]
if ($argc !== 2) {
    fwrite(STDERR, "usage: php resilient_client.php ws://HOST:PORT/PATH\n");
    exit(2);
}
$listener = new Listener($argv[1], (float) (getenv('UNIT_MS') ?: 1000) / 1000);
pcntl_async_signals(true);
foreach ([SIGINT, SIGTERM] as $signal) {
    pcntl_signal($signal, function () use ($listener): void {
        $listener->stopping = true;
    });
}
try {
    $listener->run();
} catch (RuntimeException | InvalidArgumentException $error) {
    fwrite(STDERR, "resilient_client.php: {$error->getMessage()}\n");
    exit(1);
}
// --8<-- [end:main]
