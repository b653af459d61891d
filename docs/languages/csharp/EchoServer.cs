// Echo every message; close with 1001 on SIGTERM.

// --8<-- [start:echo]
using System;
using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

static class EchoServer
{
    const int MaxSize = 64 * 1024;

    /// <summary>Echo until the connection ends. One task for each connection runs this.</summary>
    static async Task Echo(WebSocket socket)
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
                await Close(socket, socket.CloseStatus ?? WebSocketCloseStatus.Empty);
                return;
            }
            if (length > MaxSize)
            {
                await Close(socket, WebSocketCloseStatus.MessageTooBig);
                return;
            }
            if (part.EndOfMessage)
            {
                var message = new ArraySegment<byte>(buffer, 0, length);
                await socket.SendAsync(message, part.MessageType, true, CancellationToken.None);
                length = 0;
            }
        }
    }

    /// <summary>Close, or answer the other side's close, within 5 seconds.</summary>
    static async Task Close(WebSocket socket, WebSocketCloseStatus code)
    {
        using (var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(5)))
            await socket.CloseAsync(code, code == WebSocketCloseStatus.Empty ? null : "", timeout.Token);
    }

    // --8<-- [end:echo]

    // --8<-- [start:serve]
    static readonly ConcurrentDictionary<WebSocket, Task> open = new ConcurrentDictionary<WebSocket, Task>();

    static async Task Accept(HttpListenerContext context)
    {
        try
        {
            if (!context.Request.IsWebSocketRequest)
            {
                context.Response.StatusCode = 426;
                context.Response.Close();
                return;
            }
            var accepted = await context.AcceptWebSocketAsync(null);
            using (var socket = accepted.WebSocket)
            {
                var echo = Echo(socket);
                open[socket] = echo;
                try
                {
                    await echo;
                }
                finally
                {
                    open.TryRemove(socket, out _);
                }
            }
        }
        catch (Exception error) // of this connection; the others go on
        {
            Console.Error.WriteLine($"{error.GetType().Name}: {error.Message}");
        }
        finally
        {
            context.Response.Abort(); // ends TCP: HttpListener does not, even after the closing handshake
        }
    }

    static async Task Serve(HttpListener listener, Task stop)
    {
        while (true)
        {
            var next = listener.GetContextAsync();
            if (await Task.WhenAny(next, stop) == stop)
                break;
            _ = Accept(await next);
        }
        var code = WebSocketCloseStatus.EndpointUnavailable; // 1001
        foreach (var socket in open.Keys)
            _ = socket.CloseOutputAsync(code, "server stopping", CancellationToken.None);
        await Task.WhenAny(Task.WhenAll(open.Values), Task.Delay(5000));
        foreach (var socket in open.Keys)
            socket.Abort(); // who reads nothing
    }

    // --8<-- [end:serve]

    // --8<-- [start:main]
    static int Main(string[] args)
    {
        if (args.Length != 1 || !ushort.TryParse(args[0], out var port))
        {
            Console.Error.WriteLine("usage: EchoServer PORT");
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
        using (var listener = new HttpListener())
        {
            try
            {
                listener.Prefixes.Add($"http://127.0.0.1:{port}/");
                listener.Start();
            }
            catch (Exception error) // such as a port in use
            {
                Console.Error.WriteLine($"EchoServer: {error.Message}");
                return 1;
            }
            Console.WriteLine($"listening on ws://127.0.0.1:{port}");
            Serve(listener, stop.Task).GetAwaiter().GetResult();
            return 0;
        }
    }
}
// --8<-- [end:main]
