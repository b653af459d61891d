// As Reference.cs, for Microsoft.AspNetCore.dll.

using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

[assembly: System.Reflection.AssemblyVersion("9.0.0.0")]

namespace Microsoft.AspNetCore.Builder
{
    public sealed class WebApplicationBuilder
    {
        public WebApplication Build() => null;
    }

    public sealed class WebApplication : IApplicationBuilder, IEndpointRouteBuilder
    {
        public static WebApplicationBuilder CreateBuilder(string[] args) => null;

        public IHostApplicationLifetime Lifetime => null;
        public void Run(string url) { }
    }
}
