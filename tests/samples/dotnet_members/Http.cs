// As Reference.cs, for Microsoft.AspNetCore.Http.Abstractions.dll.

using System.Net.WebSockets;
using System.Threading.Tasks;

[assembly: System.Reflection.AssemblyVersion("9.0.0.0")]

namespace Microsoft.AspNetCore.Builder
{
    public interface IApplicationBuilder { }

    public interface IEndpointConventionBuilder { }
}

namespace Microsoft.AspNetCore.Http
{
    public static class StatusCodes
    {
        public const int Status426UpgradeRequired = 426;
    }

    public abstract class HttpResponse
    {
        public abstract int StatusCode { get; set; }
    }

    public abstract class WebSocketManager
    {
        public abstract bool IsWebSocketRequest { get; }

        public virtual Task<WebSocket> AcceptWebSocketAsync() => null;
    }

    public abstract class HttpContext
    {
        public abstract HttpResponse Response { get; }
        public abstract WebSocketManager WebSockets { get; }
    }

    public delegate Task RequestDelegate(HttpContext context);
}
