// As Reference.cs, for Microsoft.AspNetCore.WebSockets.dll.

using System;
using System.Collections.Generic;

[assembly: System.Reflection.AssemblyVersion("9.0.0.0")]

namespace Microsoft.AspNetCore.Builder
{
    public class WebSocketOptions
    {
        public TimeSpan KeepAliveInterval { get; set; }
        public TimeSpan KeepAliveTimeout { get; set; }
        public IList<string> AllowedOrigins => null;
    }

    public static class WebSocketMiddlewareExtensions
    {
        public static IApplicationBuilder UseWebSockets(
            this IApplicationBuilder app,
            WebSocketOptions options
        ) => null;
    }
}
