// Prints the Sec-WebSocket-Accept value for the Sec-WebSocket-Key given as the only argument.

// --8<-- [start:accept]
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

final class Accept {
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    static String accept(String key) throws NoSuchAlgorithmException {
        byte[] text = (key + GUID).getBytes(StandardCharsets.US_ASCII);
        byte[] digest = MessageDigest.getInstance("SHA-1").digest(text);
        return Base64.getEncoder().encodeToString(digest);
    }
    // --8<-- [end:accept]

    public static void main(String[] args) throws NoSuchAlgorithmException {
        if (args.length != 1) {
            System.err.println("usage: java Accept.java KEY");
            System.exit(1);
        }
        System.out.println(accept(args[0]));
    }
}
