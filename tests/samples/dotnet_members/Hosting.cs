// As Reference.cs, for Microsoft.Extensions.Hosting.Abstractions.dll.

using System.Threading;

[assembly: System.Reflection.AssemblyVersion("9.0.0.0")]

namespace Microsoft.Extensions.Hosting
{
    public interface IHostApplicationLifetime
    {
        CancellationToken ApplicationStarted { get; }
        CancellationToken ApplicationStopping { get; }
    }
}
