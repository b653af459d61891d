// Send one text and one binary message to an echo server, and compare what comes back.

// --8<-- [start:client]
using System;
using System.IO;
using System.Linq;
using System.Net.WebSockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

static class EchoClient
{
    const int MaxSize = 64 * 1024;

    static async Task Run(Uri url)
    {
        using (var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(6)))
        using (var socket = new ClientWebSocket())
        {
            await socket.ConnectAsync(url, timeout.Token);

            var text = "Hello, WebSocket! ✓";
            await Exchange(socket, WebSocketMessageType.Text, Encoding.UTF8.GetBytes(text), timeout.Token);
            Console.WriteLine($"text: {text}");

            var bytes = new byte[] { 0x00, 0x7f, 0x80, 0xff };
            await Exchange(socket, WebSocketMessageType.Binary, bytes, timeout.Token);
            Console.WriteLine($"binary: {BitConverter.ToString(bytes).Replace('-', ' ').ToLowerInvariant()}");

            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", timeout.Token);
        }
    }

    // --8<-- [end:client]

    // --8<-- [start:exchange]
    static async Task Exchange(ClientWebSocket socket, WebSocketMessageType type, byte[] sent, CancellationToken stop)
    {
        await socket.SendAsync(new ArraySegment<byte>(sent), type, true, stop);
        var buffer = new byte[MaxSize];
        var length = 0;
        WebSocketReceiveResult part;
        do
        {
            if (length == MaxSize)
                throw new IOException("the echo is too long");
            var room = new ArraySegment<byte>(buffer, length, MaxSize - length);
            part = await socket.ReceiveAsync(room, stop); // a message may come in parts
            length += part.Count;
        } while (!part.EndOfMessage);

        if (part.MessageType == WebSocketMessageType.Close)
            throw new IOException($"closed with {(int)socket.CloseStatus}");
        if (part.MessageType != type || !buffer.Take(length).SequenceEqual(sent))
            throw new IOException("the echo is another message");
    }

    // --8<-- [end:exchange]

    // --8<-- [start:main]
    static async Task<int> Try(string url)
    {
        try
        {
            await Run(new Uri(url));
            return 0;
        }
        catch (Exception error)
        {
            var cause = error.InnerException == null ? "" : $", because of {error.InnerException.Message}";
            Console.Error.WriteLine($"EchoClient: {error.Message}{cause}");
            return 1;
        }
    }

    static int Main(string[] args)
    {
        if (args.Length == 1)
            return Try(args[0]).GetAwaiter().GetResult();
        Console.Error.WriteLine("usage: EchoClient ws://HOST:PORT/PATH");
        return 2;
    }
}
// --8<-- [end:main]
