<?php

declare(strict_types=1);

require __DIR__ . '/Client.php';

function exchange(Client $client, int $kind, string $payload): void
{
    $client->socket->send($kind, $payload);
    if ($client->message(6) !== [$kind, $payload]) {
        throw new RuntimeException('the echo is another message');
    }
}

if ($argc !== 2) {
    fwrite(STDERR, "usage: php echo_client.php ws://HOST:PORT/PATH\n");
    exit(2);
}
try {
    $client = new Client($argv[1], maxSize: 64 * 1024, timeout: 3);
    exchange($client, WebSocket::TEXT, 'Hello, WebSocket! ✓');
    echo "text: Hello, WebSocket! ✓\n";
    exchange($client, WebSocket::BINARY, "\x00\x7f\x80\xff");
    echo "binary: 00 7f 80 ff\n";
    $client->close(1000, 3);
} catch (RuntimeException | InvalidArgumentException $error) {
    fwrite(STDERR, "echo_client.php: {$error->getMessage()}\n");
    exit(1);
}
