// Print every message that a server sends; connect again whenever the connection is lost.

// --8<-- [start:decide]
using System;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

/// <summary>How a connection ended.</summary>
class Ending
{
    public string Reason;
    public int Code; // of the close frame, 0 for none
    public int Status; // of the answer to the opening handshake, 0 for none
    public TimeSpan Lasted;

    /// <summary>The next attempt would end the same way.</summary>
    public bool IsFinal => Code == 1008 || (Status >= 400 && Status < 500);
}

static class ResilientClient
{
    const int MaxSize = 64 * 1024; // bytes of one message
    const int Longest = 60; // seconds of the longest pause that grows
    const int Stable = 60; // seconds after which a connection is good; a dead one is noticed in 30

    static readonly Random random = new Random();
    static double second = 1000; // in milliseconds; our tests make it short

    static TimeSpan Seconds(double count)
    {
        var milliseconds = count * second;
        return TimeSpan.FromMilliseconds(milliseconds);
    }

    /// <summary>How long to wait before an attempt, counted from the last good connection.</summary>
    static TimeSpan Pause(int attempt, int code)
    {
        if (code == 1012)
            return Seconds(5 + 25 * random.NextDouble()); // all lost it at once: spread out
        if (code == 1013)
            return Seconds(30 + 30 * random.NextDouble()); // overloaded: leave it alone
        return Seconds(Math.Min(Math.Pow(2, attempt - 1), Longest) * random.NextDouble()); // full jitter
    }

    // --8<-- [end:decide]

    // --8<-- [start:connection]
    static async Task<Ending> Connection(Uri url, CancellationToken stop)
    {
        var open = new Stopwatch();
        using (var socket = new ClientWebSocket())
        using (var dialing = CancellationTokenSource.CreateLinkedTokenSource(stop))
        {
            Func<string, int, Ending> lost = (reason, code) =>
                new Ending
                {
                    Reason = reason,
                    Code = code,
                    Status = open.IsRunning ? 0 : (int)socket.HttpStatusCode,
                    Lasted = open.Elapsed,
                };
            try
            {
                socket.Options.CollectHttpResponseDetails = true;
                socket.Options.KeepAliveInterval = Seconds(20);
                socket.Options.KeepAliveTimeout = Seconds(10);
                dialing.CancelAfter(10_000);
                await socket.ConnectAsync(url, dialing.Token);
                open.Start();
                // To the server this client is new: subscribe here, and ask for what was missed.
                Console.Error.WriteLine("connected");
                using (stop.Register(() => Leave(socket)))
                {
                    await Print(socket);
                }
                return lost($"closed with {(int)socket.CloseStatus}", (int)socket.CloseStatus);
            }
            catch (Exception error) // whatever ends a connection is a reason to try again
            {
                return lost((error.InnerException ?? error).Message, 0);
            }
        }
    }

    /// <summary>Print texts until the other side closes.</summary>
    static async Task Print(ClientWebSocket socket)
    {
        var buffer = new byte[MaxSize + 1];
        var length = 0;
        while (true)
        {
            var room = new ArraySegment<byte>(buffer, length, buffer.Length - length);
            var part = await socket.ReceiveAsync(room, CancellationToken.None);
            length += part.Count;
            if (part.MessageType == WebSocketMessageType.Close)
                break;
            if (length > MaxSize)
                throw new InvalidOperationException("message too big");
            if (!part.EndOfMessage)
                continue;
            if (part.MessageType == WebSocketMessageType.Text)
                Console.WriteLine(Encoding.UTF8.GetString(buffer, 0, length));
            length = 0;
        }
        if (socket.State == WebSocketState.CloseReceived)
            await socket.CloseOutputAsync(socket.CloseStatus.Value, "", CancellationToken.None);
    }

    static async void Leave(ClientWebSocket socket)
    {
        try
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
            await Task.Delay(5000); // until then the other side's close frame ends it
        }
        catch (Exception)
        {
            // it is closed already
        }
        socket.Abort();
    }

    // --8<-- [end:connection]

    // --8<-- [start:listen]
    static async Task<int> Listen(Uri url, CancellationToken stop)
    {
        var attempt = 0;
        while (true)
        {
            var end = await Connection(url, stop);
            if (stop.IsCancellationRequested || end.Code == 1000)
                return 0;
            if (end.IsFinal)
            {
                Console.Error.WriteLine($"ResilientClient: {end.Reason}");
                return 1;
            }
            attempt = end.Lasted > Seconds(Stable) ? 1 : attempt + 1;
            var wait = Pause(attempt, end.Code);
            Console.Error.WriteLine($"lost: {end.Reason}; attempt {attempt} in {wait.TotalMilliseconds:F0} ms");
            try
            {
                await Task.Delay(wait, stop);
            }
            catch (OperationCanceledException)
            {
                return 0;
            }
        }
    }

    // --8<-- [end:listen]

    // --8<-- [start:main]
    static int Main(string[] args)
    {
        if (
            args.Length != 1
            || !Uri.TryCreate(args[0], UriKind.Absolute, out var url)
            || (url.Scheme != "ws" && url.Scheme != "wss")
        )
        {
            Console.Error.WriteLine("usage: ResilientClient ws://HOST:PORT/PATH");
            return 2;
        }
        if (double.TryParse(Environment.GetEnvironmentVariable("UNIT_MS"), out var unit))
            second = unit;
        using (var stop = new CancellationTokenSource())
        {
            Action<PosixSignalContext> onSignal = context =>
            {
                context.Cancel = true; // or the runtime ends the process now
                stop.Cancel();
            };
            using (PosixSignalRegistration.Create(PosixSignal.SIGTERM, onSignal))
            using (PosixSignalRegistration.Create(PosixSignal.SIGINT, onSignal))
                return Listen(url, stop.Token).GetAwaiter().GetResult();
        }
    }
}
// --8<-- [end:main]
