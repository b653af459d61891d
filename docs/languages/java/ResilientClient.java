// Print every message that a server sends; connect again whenever the connection is lost.

// --8<-- [start:decide]
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;

/** Why there is no connection; `code` is that of a close frame, or 0. */
record Lost(int code, boolean last, String reason) {
  static Lost closed(int code, String reason) {
    String why = ("closed with " + code + " " + reason).strip();
    return new Lost(code, code == 1000 || code == 1008, why);
  }

  static Lost failed(Throwable error) {
    Throwable cause = error instanceof CompletionException ? error.getCause() : error;
    if (cause instanceof WebSocketHandshakeException refused && refused.getResponse() != null) {
      int status = refused.getResponse().statusCode();
      return new Lost(0, status / 100 == 4, "refused with " + status);
    }
    return new Lost(0, cause instanceof IllegalArgumentException, cause.toString());
  }

  /** Says how many seconds to wait before an attempt, counted from the last good connection. */
  double pause(int attempt) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    return switch (code) {
      case 1012 -> random.nextDouble(5, 30); // everyone lost the server at once: spread out
      case 1013 -> random.nextDouble(30, 60); // the server is overloaded: leave it alone
      // Full jitter: anything from 0.
      default -> random.nextDouble() * Math.min(Math.pow(2, attempt - 1), LONGEST);
    };
  }

  private static final double LONGEST = 60; // seconds of the longest pause that grows
}

// --8<-- [end:decide]

// --8<-- [start:connection]
/** Prints messages, and completes `lost` when there will be no more. */
final class Connection implements WebSocket.Listener {
  private static final int MAX_SIZE = 64 << 10; // characters of one message

  final CompletableFuture<Lost> lost = new CompletableFuture<>();
  volatile CompletableFuture<Void> pong = new CompletableFuture<>();
  private final StringBuilder text = new StringBuilder();
  private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  @Override
  public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
    if (text.length() + part.length() > MAX_SIZE) {
      lost.complete(new Lost(0, false, "message longer than " + MAX_SIZE));
      socket.abort();
      return null;
    }
    text.append(part);
    if (last) {
      out.println(text);
      text.setLength(0);
    }
    socket.request(1);
    return null;
  }

  @Override
  public CompletionStage<?> onPong(WebSocket socket, ByteBuffer payload) {
    pong.complete(null);
    socket.request(1);
    return null;
  }

  @Override
  public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
    Lost end = Lost.closed(code, reason);
    if (code == 1006) { // there was no close frame, and nobody to answer
      lost.complete(end);
      return null;
    }
    // The JDK would answer by itself, and tell nobody when that is done.
    return socket
        .sendClose(WebSocket.NORMAL_CLOSURE, "")
        .orTimeout(5, SECONDS)
        .handle((sent, error) -> lost.complete(end));
  }

  @Override
  public void onError(WebSocket socket, Throwable error) {
    lost.complete(Lost.failed(error));
  }
}

// --8<-- [end:connection]

// --8<-- [start:listen]
final class ResilientClient {
  private static final double STABLE = 60; // seconds; a dead connection is noticed in 30

  private final HttpClient http = HttpClient.newHttpClient();
  private final URI url;
  private final long second; // in nanoseconds; our tests make it short
  private volatile WebSocket open;
  private volatile Connection connection;
  private volatile boolean stopping;

  ResilientClient(URI url, long second) {
    this.url = url;
    this.second = second;
  }

  Lost listen() throws InterruptedException {
    for (int attempt = 1; ; attempt++) {
      long opened = Long.MAX_VALUE;
      Lost lost;
      try {
        connection = new Connection();
        open = connect(connection);
        opened = System.nanoTime();
        // To the server this client is new: subscribe here, and ask for what was missed.
        System.err.println("connected");
        lost = watch(open, connection);
      } catch (CompletionException | IllegalArgumentException error) {
        lost = Lost.failed(error);
      }
      if (stopping) {
        new CountDownLatch(1).await(); // stop() ends the process
      }
      if (lost.last()) {
        return lost;
      }
      if (opened != Long.MAX_VALUE && System.nanoTime() - opened > STABLE * second) {
        attempt = 1;
      }
      long wait = (long) (lost.pause(attempt) * second);
      System.err.printf(
          "lost: %s; attempt %d in %d ms%n", lost.reason(), attempt, wait / 1_000_000);
      NANOSECONDS.sleep(wait);
    }
  }

  private WebSocket connect(Connection connection) {
    return http.newWebSocketBuilder()
        .connectTimeout(Duration.ofSeconds(10))
        .buildAsync(url, connection)
        .join();
  }

  /** Pings while nothing is lost; a ping without a pong is a loss. */
  private Lost watch(WebSocket socket, Connection connection) throws InterruptedException {
    while (true) {
      if (!arrives(connection.lost, 20)) {
        connection.pong = new CompletableFuture<>();
        socket.sendPing(ByteBuffer.allocate(0));
        if (!arrives(CompletableFuture.anyOf(connection.lost, connection.pong), 10)) {
          socket.abort();
          return new Lost(0, false, "no pong");
        }
      }
      if (connection.lost.isDone()) {
        return connection.lost.join();
      }
    }
  }

  private boolean arrives(CompletableFuture<?> future, int seconds) throws InterruptedException {
    try {
      future.get(seconds * second, NANOSECONDS);
      return true;
    } catch (TimeoutException late) {
      return false;
    } catch (ExecutionException never) {
      throw new IllegalStateException(never);
    }
  }

  // --8<-- [end:listen]

  // --8<-- [start:main]
  /** Runs when SIGTERM comes. */
  private void stop() {
    stopping = true;
    if (open != null && !open.isOutputClosed()) {
      open.sendClose(WebSocket.NORMAL_CLOSURE, "")
          .thenCompose(sent -> connection.lost) // the server's close frame
          .orTimeout(5, SECONDS)
          .exceptionally(late -> null)
          .join();
    }
    Runtime.getRuntime().halt(0); // the JVM would report SIGTERM: 143
  }

  public static void main(String[] arguments) throws InterruptedException {
    if (arguments.length != 1) {
      System.err.println("usage: ResilientClient ws://HOST:PORT/PATH");
      System.exit(2);
    }
    long unit = Long.parseLong(System.getenv().getOrDefault("UNIT_MS", "1000"));
    ResilientClient client = new ResilientClient(URI.create(arguments[0]), unit * 1_000_000);
    Thread stop = new Thread(client::stop);
    Runtime.getRuntime().addShutdownHook(stop);
    Lost lost = client.listen();
    Runtime.getRuntime().removeShutdownHook(stop);
    if (lost.code() != 1000) {
      System.err.println("ResilientClient: " + lost.reason());
      System.exit(1);
    }
    System.exit(0);
  }
}
// --8<-- [end:main]
