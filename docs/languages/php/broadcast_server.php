<?php

declare(strict_types=1);

require __DIR__ . '/Server.php';

// --8<-- [start:admit]
const MAX_SIZE = 16 * 1024; // bytes of one message
const MAX_UNSENT = 64 * MAX_SIZE; // bytes that wait for one client: 1 MiB
[$token, $origin] = [getenv('TOKEN') ?: '', getenv('ORIGIN') ?: ''];
$maxClients = (int) (getenv('MAX_CLIENTS') ?: 900);

/** The status to refuse a request with, or null. */
$refusal = function (array $headers) use ($token, $origin, $maxClients, &$server): ?string {
    preg_match('/(?:^|;\s*)session=([^;]*)/', $headers['cookie'] ?? '', $session);
    return match (true) {
        !hash_equals($token, $session[1] ?? '') => '401 Unauthorized',
        isset($headers['origin']) && $headers['origin'] !== $origin => '403 Forbidden',
        count($server->open()) >= $maxClients => '503 Service Unavailable',
        default => null,
    };
};
// --8<-- [end:admit]

// --8<-- [start:broadcast]
$broadcast = function (Connection $from, int $kind, string $payload) use (&$server): void {
    $frame = WebSocket::frame($kind, $payload, masked: false); // made once
    foreach ($server->open() as $one) {
        if (strlen($one->socket->output) + strlen($frame) > MAX_UNSENT) {
            $one->close(1013, 'too slow');
        } else {
            $one->socket->output .= $frame;
        }
    }
};
// --8<-- [end:broadcast]

// --8<-- [start:main]
$server = new Server(MAX_SIZE, $broadcast, $refusal);
if ($argc !== 2 || !ctype_digit($argv[1]) || $argv[1] > 65535 || $token === '' || $origin === '') {
    fwrite(STDERR, "usage: TOKEN=secret ORIGIN=https://app.example.com php broadcast_server.php PORT\n");
    exit(2);
}
try {
    $server->run((int) $argv[1]);
} catch (RuntimeException $error) { // such as a port in use
    fwrite(STDERR, "broadcast_server.php: {$error->getMessage()}\n");
    exit(1);
}
// --8<-- [end:main]
