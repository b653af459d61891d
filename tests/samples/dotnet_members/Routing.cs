// As Reference.cs, for Microsoft.AspNetCore.Routing.dll.

using Microsoft.AspNetCore.Http;

[assembly: System.Reflection.AssemblyVersion("9.0.0.0")]

namespace Microsoft.AspNetCore.Routing
{
    public interface IEndpointRouteBuilder { }
}

namespace Microsoft.AspNetCore.Builder
{
    using Microsoft.AspNetCore.Routing;

    public static class EndpointRouteBuilderExtensions
    {
        public static IEndpointConventionBuilder Map(
            this IEndpointRouteBuilder endpoints,
            string pattern,
            RequestDelegate requestDelegate
        ) => null;
    }
}
