// Send every message that a client sends to all clients, and to none more than it can take.

// --8<-- [start:room]
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.api.StatusCode;
import org.eclipse.jetty.websocket.server.ServerWebSocketContainer;
import org.eclipse.jetty.websocket.server.WebSocketUpgradeHandler;

/** The sessions that get each message. */
final class Room {
  private final Set<Session> sessions = new HashSet<>();

  synchronized void join(Session session) {
    sessions.add(session);
  }

  synchronized void leave(Session session) {
    sessions.remove(session);
  }

  /** Queues the message for all, in the same order for all; sending does not wait. */
  synchronized void broadcast(BiConsumer<Session, Callback> send) {
    for (Session session : Set.copyOf(sessions)) {
      send.accept(session, Callback.from(() -> {}, error -> cut(session)));
    }
  }

  /** Its queue is full, or it is gone. */
  private synchronized void cut(Session session) {
    if (sessions.remove(session)) {
      session.close(StatusCode.TRY_AGAIN_LATER, "too slow", Callback.NOOP);
      CompletableFuture.delayedExecutor(5, TimeUnit.SECONDS).execute(session::disconnect);
    }
  }
}

// --8<-- [end:room]

// --8<-- [start:client]
final class BroadcastServer {
  static final int MAX_SIZE = 16 << 10; // bytes of one message
  static final int WAITING = 64; // messages for one client: 1 MiB with the limit above

  private final Room room = new Room();
  private final byte[] token;
  private final String origin;
  private final Semaphore places;

  BroadcastServer(String token, String origin, int most) {
    this.token = token.getBytes(StandardCharsets.UTF_8);
    this.origin = origin;
    this.places = new Semaphore(most);
  }

  /** Holds one of the places from the handshake on. */
  public final class Client extends Session.Listener.AbstractAutoDemanding {
    private final AtomicBoolean placed = new AtomicBoolean(true);

    @Override
    public void onWebSocketOpen(Session session) {
      super.onWebSocketOpen(session);
      room.join(session);
    }

    void leave() {
      if (placed.getAndSet(false)) {
        places.release();
      }
    }

    @Override
    public void onWebSocketText(String message) {
      room.broadcast((session, callback) -> session.sendText(message, callback));
    }

    @Override
    public void onWebSocketBinary(ByteBuffer message, Callback read) {
      ByteBuffer copy = ByteBuffer.allocate(message.remaining()).put(message).flip();
      read.succeed(); // from here on the bytes are Jetty's again
      room.broadcast((session, callback) -> session.sendBinary(copy.slice(), callback));
    }

    @Override
    public void onWebSocketClose(int code, String reason, Callback callback) {
      room.leave(getSession());
      leave();
      callback.succeed();
    }

    @Override
    public void onWebSocketError(Throwable error) {
      System.err.println("BroadcastServer: " + error);
    }
  }

  // --8<-- [end:client]

  // --8<-- [start:admit]
  /** Returns the status that refuses the handshake, or 0 and takes a place. */
  private int refusal(Request request) {
    boolean known =
        Request.getCookies(request).stream()
            .filter(cookie -> cookie.getName().equals("session"))
            .map(cookie -> cookie.getValue().getBytes(StandardCharsets.UTF_8))
            .anyMatch(session -> MessageDigest.isEqual(session, token));
    if (!known) {
      return HttpStatus.UNAUTHORIZED_401;
    }
    // Browsers always send Origin; other clients need not.
    String page = request.getHeaders().get(HttpHeader.ORIGIN);
    if (page != null && !page.equals(origin)) {
      return HttpStatus.FORBIDDEN_403;
    }
    return places.tryAcquire() ? 0 : HttpStatus.SERVICE_UNAVAILABLE_503;
  }

  private void configure(ServerWebSocketContainer container) {
    container.setMaxTextMessageSize(MAX_SIZE);
    container.setMaxBinaryMessageSize(MAX_SIZE);
    container.setMaxOutgoingFrames(WAITING);
    container.setIdleTimeout(Duration.ofMinutes(5));
    container.addMapping(
        "/*",
        (request, response, callback) -> {
          int status = refusal(request);
          if (status == 0) {
            Client client = new Client();
            Request.addCompletionListener(
                request,
                failure -> {
                  if (failure != null) { // it was gone before it was open
                    client.leave();
                  }
                });
            return client;
          }
          Response.writeError(request, response, callback, status);
          return null;
        });
  }

  // --8<-- [end:admit]

  // --8<-- [start:main]
  void serve(int port) throws Exception {
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "error");
    Server server = new Server(new InetSocketAddress("127.0.0.1", port));
    server.setHandler(WebSocketUpgradeHandler.from(server, this::configure));
    server.setStopTimeout(5_000);
    server.start();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server)));
    System.out.println("listening on ws://127.0.0.1:" + port);
    server.join();
  }

  /** Runs when SIGTERM comes. Jetty closes its connections with 1001. */
  private static void stop(Server server) {
    try {
      server.stop();
    } catch (Exception error) { // not all have left within the stop timeout
      System.err.println("BroadcastServer: " + error);
    }
    Runtime.getRuntime().halt(0); // the JVM would report SIGTERM: 143
  }

  public static void main(String[] arguments) {
    String token = System.getenv().getOrDefault("TOKEN", "");
    String origin = System.getenv().getOrDefault("ORIGIN", "");
    if (arguments.length != 1 || token.isEmpty() || origin.isEmpty()) {
      System.err.println(
          "usage: TOKEN=secret ORIGIN=https://app.example.com java BroadcastServer PORT");
      System.exit(2);
    }
    try {
      int most = Integer.parseInt(System.getenv().getOrDefault("MAX_CLIENTS", "1000"));
      new BroadcastServer(token, origin, most).serve(Integer.parseInt(arguments[0]));
    } catch (Exception error) {
      System.err.println("BroadcastServer: " + error);
      System.exit(1);
    }
  }
}
// --8<-- [end:main]
