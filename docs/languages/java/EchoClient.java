// Send one text and one binary message to an echo server and check what comes back.

// --8<-- [start:listener]
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeoutException;

/** Puts whole messages into a queue: a String, a ByteBuffer, or the Throwable that ended it. */
final class Messages implements WebSocket.Listener {
  static final int MAX_SIZE = 64 << 10; // of one message: characters or bytes

  final BlockingQueue<Object> received = new LinkedBlockingQueue<>();
  private final StringBuilder text = new StringBuilder();
  private final ByteArrayOutputStream binary = new ByteArrayOutputStream();

  @Override
  public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
    if (text.length() + part.length() > MAX_SIZE) {
      return tooLong(socket);
    }
    text.append(part);
    if (last) {
      received.add(text.toString());
      text.setLength(0);
    }
    socket.request(1);
    return null;
  }

  @Override
  public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer part, boolean last) {
    if (binary.size() + part.remaining() > MAX_SIZE) {
      return tooLong(socket);
    }
    byte[] bytes = new byte[part.remaining()];
    part.get(bytes);
    binary.writeBytes(bytes);
    if (last) {
      received.add(ByteBuffer.wrap(binary.toByteArray()));
      binary.reset();
    }
    socket.request(1);
    return null;
  }

  @Override
  public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
    received.add(new IOException("closed with " + code + " " + reason));
    return null; // the JDK answers the close frame
  }

  @Override
  public void onError(WebSocket socket, Throwable error) {
    received.add(error);
  }

  private CompletionStage<?> tooLong(WebSocket socket) {
    received.add(new IOException("message longer than " + MAX_SIZE));
    socket.abort();
    return null;
  }
}

// --8<-- [end:listener]

// --8<-- [start:client]
final class EchoClient {
  private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
  private final long deadline = System.nanoTime() + 5_000_000_000L;
  private final Messages messages = new Messages();

  void run(URI url) throws Exception {
    HttpClient http = HttpClient.newHttpClient();
    WebSocket socket = within(http.newWebSocketBuilder().buildAsync(url, messages));

    String text = "Hello, WebSocket! ✓";
    within(socket.sendText(text, true));
    check(text);
    out.println("text: " + text);

    byte[] bytes = {0x00, 0x7f, (byte) 0x80, (byte) 0xff};
    within(socket.sendBinary(ByteBuffer.wrap(bytes), true));
    check(ByteBuffer.wrap(bytes));
    out.println("binary: " + HexFormat.ofDelimiter(" ").formatHex(bytes));

    within(socket.sendClose(WebSocket.NORMAL_CLOSURE, ""));
    next(); // the server's close frame
  }

  private void check(Object sent) throws Exception {
    Object echo = next();
    if (echo instanceof Exception error) {
      throw error;
    }
    if (!echo.equals(sent)) {
      throw new IOException("sent " + sent + ", received " + echo);
    }
  }

  private Object next() throws Exception {
    Object message = messages.received.poll(deadline - System.nanoTime(), NANOSECONDS);
    if (message == null) {
      throw new TimeoutException("no answer within 5 s");
    }
    return message;
  }

  private <T> T within(CompletableFuture<T> future) throws Exception {
    return future.get(deadline - System.nanoTime(), NANOSECONDS);
  }

  // --8<-- [end:client]

  // --8<-- [start:main]
  public static void main(String[] arguments) {
    if (arguments.length != 1) {
      System.err.println("usage: EchoClient ws://HOST:PORT/PATH");
      System.exit(2);
    }
    try {
      new EchoClient().run(URI.create(arguments[0]));
    } catch (Exception error) {
      Throwable cause = error instanceof ExecutionException ? error.getCause() : error;
      String why = cause.getCause() == null ? "" : ", because of " + cause.getCause();
      System.err.println("EchoClient: " + cause + why); // the JDK's own have no message
      System.exit(1);
    }
  }
}
// --8<-- [end:main]
