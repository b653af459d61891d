// Send every message back; on SIGTERM close each connection with 1001.

// --8<-- [start:endpoint]
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.server.WebSocketUpgradeHandler;

final class EchoServer {
  static final int MAX_SIZE = 64 << 10; // bytes of one message

  /** Asks for the next message when the echo is written: a peer that does not read is not read. */
  public static final class Echo extends Session.Listener.Abstract {
    @Override
    public void onWebSocketOpen(Session session) {
      super.onWebSocketOpen(session);
      session.demand();
    }

    @Override
    public void onWebSocketText(String message) {
      getSession().sendText(message, then(Callback.NOOP));
    }

    @Override
    public void onWebSocketBinary(ByteBuffer message, Callback read) {
      getSession().sendBinary(message, then(read));
    }

    @Override
    public void onWebSocketError(Throwable error) {
      System.err.println("EchoServer: " + error);
    }

    private Callback then(Callback read) {
      return Callback.from(
          () -> {
            read.succeed();
            getSession().demand();
          },
          read::fail);
    }
  }

  // --8<-- [end:endpoint]

  // --8<-- [start:main]
  static void serve(int port) throws Exception {
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "error");
    Server server = new Server(new InetSocketAddress("127.0.0.1", port));
    server.setHandler(
        WebSocketUpgradeHandler.from(
            server,
            container -> {
              container.setMaxTextMessageSize(MAX_SIZE);
              container.setMaxBinaryMessageSize(MAX_SIZE);
              container.addMapping("/*", (request, response, callback) -> new Echo());
            }));
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
      System.err.println("EchoServer: " + error);
    }
    Runtime.getRuntime().halt(0); // the JVM would report SIGTERM: 143
  }

  public static void main(String[] arguments) {
    if (arguments.length != 1) {
      System.err.println("usage: EchoServer PORT");
      System.exit(2);
    }
    try {
      serve(Integer.parseInt(arguments[0]));
    } catch (Exception error) {
      System.err.println("EchoServer: " + error);
      System.exit(1);
    }
  }
}
// --8<-- [end:main]
