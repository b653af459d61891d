// Which members of .NET the samples may use, for a compiler that cannot read .NET's own libraries. At run
// time the real members are found by these names and types, through the library netstandard.dll.

using System.Collections.Specialized;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

[assembly: System.Reflection.AssemblyVersion("2.1.0.0")]

namespace System
{
    public enum UriKind { RelativeOrAbsolute, Absolute, Relative }

    public class Uri
    {
        public Uri(string text) { }
        public string Scheme => null;
        public static bool TryCreate(string text, UriKind kind, out Uri uri) { uri = null; return false; }
    }
}

namespace System.Diagnostics
{
    public class Stopwatch
    {
        public void Start() { }
        public bool IsRunning => false;
        public TimeSpan Elapsed => default(TimeSpan);
    }
}

namespace System.Linq
{
    using System.Collections.Generic;

    public static class Enumerable
    {
        public static IEnumerable<T> Take<T>(this IEnumerable<T> source, int count) => null;
        public static bool SequenceEqual<T>(this IEnumerable<T> first, IEnumerable<T> second) => false;
    }
}

namespace System.Collections.Specialized
{
    public class NameValueCollection { }
}

namespace System.ComponentModel
{
    public class Win32Exception : System.Runtime.InteropServices.ExternalException { }
}

namespace System.Net
{
    using System.Net.WebSockets;

    public enum HttpStatusCode { }

    public class IPAddress
    {
        public static readonly IPAddress Loopback;
    }

    public sealed class HttpListener : IDisposable
    {
        public HttpListenerPrefixCollection Prefixes => null;
        public void Start() { }
        void IDisposable.Dispose() { }
        public Task<HttpListenerContext> GetContextAsync() => null;
    }

    public class HttpListenerPrefixCollection
    {
        public void Add(string prefix) { }
    }

    public sealed class HttpListenerContext
    {
        public HttpListenerRequest Request => null;
        public HttpListenerResponse Response => null;
        public Task<HttpListenerWebSocketContext> AcceptWebSocketAsync(string subProtocol) => null;
    }

    public sealed class HttpListenerRequest
    {
        public bool IsWebSocketRequest => false;
    }

    public sealed class HttpListenerResponse
    {
        public int StatusCode { get; set; }
        public void Close() { }
        public void Abort() { }
    }
}

namespace System.Net.Sockets
{
    public class SocketException : System.ComponentModel.Win32Exception { }

    public class NetworkStream : Stream
    {
        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => 0;
        public override long Position { get; set; }
        public override void Flush() { }
        public override void SetLength(long length) { }
        public override long Seek(long offset, SeekOrigin origin) => 0;
        public override int Read(byte[] buffer, int offset, int count) => 0;
        public override void Write(byte[] buffer, int offset, int count) { }
    }

    public class TcpClient : IDisposable
    {
        public NetworkStream GetStream() => null;
        public void Close() { }
        public void Dispose() { }
    }

    public class TcpListener
    {
        public TcpListener(IPAddress address, int port) { }
        public void Start(int backlog) { }
        public Task<TcpClient> AcceptTcpClientAsync() => null;
    }
}

namespace System.Net.WebSockets
{
    public enum WebSocketMessageType { Text, Binary, Close }

    public enum WebSocketState { None, Connecting, Open, CloseSent, CloseReceived, Closed, Aborted }

    public enum WebSocketCloseStatus
    {
        NormalClosure = 1000,
        EndpointUnavailable = 1001,
        Empty = 1005,
        MessageTooBig = 1009,
    }

    public class WebSocketReceiveResult
    {
        public int Count => 0;
        public bool EndOfMessage => false;
        public WebSocketMessageType MessageType => 0;
    }

    public abstract class WebSocketContext
    {
        public abstract WebSocket WebSocket { get; }
    }

    public class HttpListenerWebSocketContext : WebSocketContext
    {
        public override WebSocket WebSocket => null;
    }

    public abstract class WebSocket : IDisposable
    {
        public static WebSocket CreateFromStream(Stream s, bool isServer, string protocol, TimeSpan keepAlive) => null;
        public abstract WebSocketState State { get; }
        public abstract WebSocketCloseStatus? CloseStatus { get; }
        public abstract void Abort();
        public abstract void Dispose();
        public abstract Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> b, CancellationToken c);
        public abstract Task SendAsync(ArraySegment<byte> b, WebSocketMessageType t, bool end, CancellationToken c);
        public abstract Task CloseAsync(WebSocketCloseStatus s, string reason, CancellationToken c);
        public abstract Task CloseOutputAsync(WebSocketCloseStatus s, string reason, CancellationToken c);
    }

    public sealed class ClientWebSocketOptions
    {
        public TimeSpan KeepAliveInterval { get; set; }
        public TimeSpan KeepAliveTimeout { get; set; } // since .NET 9
        public bool CollectHttpResponseDetails { get; set; }
    }

    public sealed class ClientWebSocket : WebSocket
    {
        public ClientWebSocketOptions Options => null;
        public HttpStatusCode HttpStatusCode => 0;
        public Task ConnectAsync(Uri uri, CancellationToken c) => null;
        public override WebSocketState State => 0;
        public override WebSocketCloseStatus? CloseStatus => null;
        public override void Abort() { }
        public override void Dispose() { }
        public override Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> b, CancellationToken c) => null;
        public override Task SendAsync(ArraySegment<byte> b, WebSocketMessageType t, bool end, CancellationToken c) => null;
        public override Task CloseAsync(WebSocketCloseStatus s, string reason, CancellationToken c) => null;
        public override Task CloseOutputAsync(WebSocketCloseStatus s, string reason, CancellationToken c) => null;
    }
}
