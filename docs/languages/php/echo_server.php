<?php

declare(strict_types=1);

require __DIR__ . '/Server.php';

$server = new Server(
    maxSize: 64 * 1024,
    onMessage: fn (Connection $from, int $kind, string $payload) => $from->socket->send($kind, $payload),
);
if ($argc !== 2 || !ctype_digit($argv[1]) || $argv[1] > 65535) {
    fwrite(STDERR, "usage: php echo_server.php PORT\n");
    exit(2);
}
try {
    $server->run((int) $argv[1]);
} catch (RuntimeException $error) { // such as a port in use
    fwrite(STDERR, "echo_server.php: {$error->getMessage()}\n");
    exit(1);
}
