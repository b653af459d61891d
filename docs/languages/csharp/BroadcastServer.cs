// Send every message that a client sends to all clients, and to none more than it can take.

// --8<-- [start:client]
using System;
using System.Collections.Concurrent;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

class Message
{
    public WebSocketMessageType Type;
    public ArraySegment<byte> Payload;
}

class Client
{
    const int Longest = 64; // messages that wait: 1 MiB with the limit on their size

    readonly TcpClient connection;
    readonly ConcurrentQueue<Message> queue = new ConcurrentQueue<Message>();
    readonly SemaphoreSlim waiting = new SemaphoreSlim(0);
    readonly TaskCompletionSource<bool> gone = new TaskCompletionSource<bool>();
    int ending; // the code to close with, once the client has to go

    public Client(TcpClient connection) => this.connection = connection;

    /// <summary>Keep a message for this client; never waits.</summary>
    public void Offer(Message message)
    {
        if (ending != 0)
            return;
        if (queue.Count >= Longest)
        {
            _ = End(1013); // it is too slow
            return;
        }
        queue.Enqueue(message);
        waiting.Release();
    }

    /// <summary>Send what is kept, one message at a time, and the close frame.</summary>
    public async Task Send(WebSocket socket)
    {
        while (true)
        {
            await Task.WhenAny(waiting.WaitAsync(), gone.Task);
            if (gone.Task.IsCompleted)
                return;
            if (ending != 0)
            {
                await socket.CloseOutputAsync((WebSocketCloseStatus)ending, null, CancellationToken.None);
                return;
            }
            var message = Next();
            await socket.SendAsync(message.Payload, message.Type, true, CancellationToken.None);
        }
    }

    Message Next() => queue.TryDequeue(out var message) ? message : throw new InvalidOperationException();

    /// <summary>Close, and cut the connection where the other side does not answer in 5 s.</summary>
    public async Task End(int code)
    {
        if (Interlocked.CompareExchange(ref ending, code, 0) != 0)
            return;
        waiting.Release();
        await Task.WhenAny(gone.Task, Task.Delay(5000));
        connection.Close();
    }

    public void Gone() => gone.TrySetResult(true);
}

// --8<-- [end:client]

static class BroadcastServer
{
    // --8<-- [start:broadcast]
    const int MaxSize = 16 * 1024; // bytes of one message

    static readonly ConcurrentDictionary<Client, bool> clients = new ConcurrentDictionary<Client, bool>();
    static readonly object order = new object();

    static void Broadcast(Message message)
    {
        lock (order) // all clients get the messages in the same order
        {
            foreach (var client in clients.Keys)
                client.Offer(message);
        }
    }

    static async Task Receive(WebSocket socket)
    {
        var buffer = new byte[MaxSize + 1]; // one byte more shows that a message is too long
        var length = 0;
        while (true)
        {
            var room = new ArraySegment<byte>(buffer, length, buffer.Length - length);
            var part = await socket.ReceiveAsync(room, CancellationToken.None);
            length += part.Count;
            if (part.MessageType == WebSocketMessageType.Close)
            {
                if (socket.State == WebSocketState.CloseReceived)
                    await socket.CloseOutputAsync(socket.CloseStatus.Value, null, CancellationToken.None);
                return;
            }
            if (length > MaxSize)
            {
                using (var timeout = new CancellationTokenSource(5000))
                    await socket.CloseAsync(WebSocketCloseStatus.MessageTooBig, "", timeout.Token);
                return;
            }
            if (!part.EndOfMessage)
                continue;
            var payload = new byte[length];
            Array.Copy(buffer, payload, length);
            Broadcast(new Message { Type = part.MessageType, Payload = new ArraySegment<byte>(payload) });
            length = 0;
        }
    }

    // --8<-- [end:broadcast]

    // --8<-- [start:admit]
    static readonly string token = Environment.GetEnvironmentVariable("TOKEN") ?? "";
    static readonly string origin = Environment.GetEnvironmentVariable("ORIGIN") ?? "";
    static readonly int maxClients = int.Parse(Environment.GetEnvironmentVariable("MAX_CLIENTS") ?? "1000");

    /// <summary>The status to refuse a request with, or null.</summary>
    static string Refusal(string head)
    {
        if (!head.StartsWith("GET ", StringComparison.Ordinal) || Header(head, "Sec-WebSocket-Key") == null)
            return "400 Bad Request";
        if (!Names(head, "Upgrade", "websocket") || !Names(head, "Connection", "upgrade"))
            return "426 Upgrade Required";
        if (Header(head, "Sec-WebSocket-Version") != "13")
            return "426 Upgrade Required";
        var session = "";
        foreach (var cookie in (Header(head, "Cookie") ?? "").Split(';'))
            if (cookie.Trim().StartsWith("session=", StringComparison.Ordinal))
                session = cookie.Trim().Substring(8);
        if (!Same(session, token))
            return "401 Unauthorized";
        var from = Header(head, "Origin"); // programs send none
        if (from != null && from != origin)
            return "403 Forbidden";
        return null;
    }

    /// <summary>Take a place and get what is sent from now on, if there is a place.</summary>
    static bool Join(Client client)
    {
        lock (order) // of two at once, one is the last
            return clients.Count < maxClients && clients.TryAdd(client, true);
    }

    static bool Same(string given, string wanted)
    {
        using (var hash = SHA256.Create())
        {
            var a = hash.ComputeHash(Encoding.UTF8.GetBytes(given));
            var b = hash.ComputeHash(Encoding.UTF8.GetBytes(wanted));
            var different = 0;
            for (var i = 0; i < a.Length; i++)
                different |= a[i] ^ b[i]; // takes as long for any input
            return different == 0;
        }
    }

    // --8<-- [end:admit]

    // --8<-- [start:handshake]
    static string Header(string head, string name)
    {
        foreach (var line in head.Split('\n'))
            if (line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
                return line.Substring(name.Length + 1).Trim();
        return null;
    }

    static bool Names(string head, string name, string word) =>
        (Header(head, name) ?? "").IndexOf(word, StringComparison.OrdinalIgnoreCase) >= 0;

    static async Task<string> ReadHead(Stream stream)
    {
        var buffer = new byte[8192];
        var length = 0;
        while (length < buffer.Length)
        {
            var count = await stream.ReadAsync(buffer, length, buffer.Length - length);
            if (count == 0)
                break;
            length += count;
            var head = Encoding.ASCII.GetString(buffer, 0, length);
            if (head.EndsWith("\r\n\r\n", StringComparison.Ordinal))
                return head;
        }
        throw new IOException("no opening handshake");
    }

    static async Task Accept(TcpClient connection)
    {
        using (connection)
        using (var stream = connection.GetStream())
        {
            try
            {
                string head;
                using (var late = new Timer(_ => connection.Close(), null, 10_000, Timeout.Infinite))
                    head = await ReadHead(stream);
                var client = new Client(connection);
                // Join before the 101: whoever has read it misses nothing.
                var refusal = Refusal(head) ?? (Join(client) ? null : "503 Service Unavailable");
                string accept;
                using (var hash = SHA1.Create())
                    accept = Convert.ToBase64String(
                        hash.ComputeHash(
                            Encoding.ASCII.GetBytes(
                                Header(head, "Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
                            )
                        )
                    );
                var answer = Encoding.ASCII.GetBytes(
                    refusal != null
                        ? $"HTTP/1.1 {refusal}\r\nConnection: close, Upgrade\r\nUpgrade: websocket\r\n"
                            + "Sec-WebSocket-Version: 13\r\nContent-Length: 0\r\n\r\n"
                        : "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                            + $"Sec-WebSocket-Accept: {accept}\r\n\r\n"
                );
                try
                {
                    await stream.WriteAsync(answer, 0, answer.Length);
                    if (refusal != null)
                        return;
                    using (var socket = WebSocket.CreateFromStream(stream, true, null, TimeSpan.FromSeconds(30)))
                    {
                        _ = client.Send(socket);
                        await Receive(socket);
                    }
                }
                finally
                {
                    clients.TryRemove(client, out _);
                    client.Gone();
                }
            }
            catch (Exception error) // of this connection; the others go on
            {
                Console.Error.WriteLine($"{error.GetType().Name}: {error.Message}");
            }
        }
    }

    // --8<-- [end:handshake]

    // --8<-- [start:main]
    static async Task Serve(TcpListener listener, Task stop)
    {
        while (true)
        {
            var next = listener.AcceptTcpClientAsync();
            if (await Task.WhenAny(next, stop) == stop)
                break;
            _ = Accept(await next);
        }
        foreach (var client in clients.Keys)
            _ = client.End(1001);
        for (var turn = 0; turn < 60 && !clients.IsEmpty; turn++)
            await Task.Delay(100);
    }

    static int Main(string[] args)
    {
        if (args.Length != 1 || !ushort.TryParse(args[0], out var port) || token == "" || origin == "")
        {
            Console.Error.WriteLine("usage: TOKEN=secret ORIGIN=https://app.example.com BroadcastServer PORT");
            return 2;
        }
        var stop = new TaskCompletionSource<bool>();
        Action<PosixSignalContext> onSignal = context =>
        {
            context.Cancel = true; // or the runtime ends the process now
            stop.TrySetResult(true);
        };
        using (PosixSignalRegistration.Create(PosixSignal.SIGTERM, onSignal))
        using (PosixSignalRegistration.Create(PosixSignal.SIGINT, onSignal))
        {
            var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start(512);
            }
            catch (SocketException error) // such as a port in use
            {
                Console.Error.WriteLine($"BroadcastServer: {error.Message}");
                return 1;
            }
            Console.WriteLine($"listening on ws://127.0.0.1:{port}");
            Serve(listener, stop.Task).GetAwaiter().GetResult();
            return 0;
        }
    }
}
// --8<-- [end:main]
