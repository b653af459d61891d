// As Reference.cs, for what netstandard.dll has not.

[assembly: System.Reflection.AssemblyVersion("4.0.0.0")]

namespace System.Runtime.InteropServices
{
    public enum PosixSignal { SIGTERM = -4, SIGINT = -2 }

    public sealed class PosixSignalContext
    {
        public bool Cancel { get; set; }
    }

    public sealed class PosixSignalRegistration : System.IDisposable
    {
        public static PosixSignalRegistration Create(PosixSignal signal, System.Action<PosixSignalContext> handler) => null;
        public void Dispose() { }
    }
}
